import { Controller, Get, Inject, Param } from '@nestjs/common';
import { Instant, isStorableText, Text } from '@picly/contracts';
import { Answers, ProblemError, ValidQuery, View } from '@picly/platform';
import { EXAMPLE_RESULTS } from './example';
import { Results, type ExperimentResults } from './results';

export class ResultsQuery {
  @Instant({ optional: true, description: 'The results as they were then: of the whole hours before it. Now when absent.' })
  as_of?: string;

  @Text(
    { min: 1, max: 200 },
    {
      optional: true,
      description: 'The metric that segments and series are of; the primary one when absent. The rest of the answer has all.',
    },
  )
  metric?: string;
}

@Controller('api/analytics/experiments')
@View('experiment-results')
export class ResultsController {
  constructor(@Inject(Results) private readonly results: Results) {}

  @Get(':key/results')
  @Answers({
    summary: 'Can it be shipped? Every figure with its n, interval and method.',
    description:
      'The default figures are always valid: they may be looked at at any time. Fixed-horizon figures stand beside the planned sample alone. ' +
      'Units count in the arm of their first exposure; what they do counts from then on, within the window of the metric.',
    body: EXAMPLE_RESULTS,
    problems: ['not_found'],
    tag: 'experiments',
  })
  async of(@Param('key') key: string, @ValidQuery(ResultsQuery) query: ResultsQuery): Promise<Omit<ExperimentResults, 'as_of'>> {
    const asOf = query.as_of === undefined ? undefined : Date.parse(query.as_of);
    const found = isStorableText(key) ? await this.results.of(key, { asOf, metric: query.metric }) : undefined;
    if (found === 'unknown_metric') {
      const message = 'metric must be one of the metrics of the experiment';
      throw new ProblemError('invalid_query', { errors: [{ pointer: '/metric', code: 'unknown_metric', message }] });
    }
    if (!found) throw new ProblemError('not_found', { detail: 'no experiment of this name was defined by then' });
    return found;
  }
}
