import { Controller, Get, Inject, Param } from '@nestjs/common';
import { isStorableText } from '@picly/contracts';
import { Answers, decodeCursor, encodeCursor, ListQuery, pageOf, ProblemError, ValidQuery, View, type ListPage } from '@picly/platform';
import { ExperimentsQueries, type ExperimentDetail, type ExperimentRow } from './experiments.queries';

const ROW = {
  experiment: 'button-colour',
  first_exposure_at: '2026-11-01T08:00:00.000Z',
  last_exposure_at: '2026-11-22T12:00:00.000Z',
  exposures: 5_200,
  units: 2_000,
  arms: ['control', 'green'],
  conversions: 240,
};

const DETAIL = {
  ...ROW,
  by_arm: [
    {
      arm: 'control',
      units: 1_004,
      exposures: 2_610,
      metrics: [{ metric: 'purchase', conversions: 118, converted_units: 101, conversion_rate: 0.1006, value_sum: 1_180 }],
    },
  ],
  units_in_several_arms: 3,
};

@Controller('api/analytics/experiments')
@View('experiments')
export class ExperimentsController {
  constructor(@Inject(ExperimentsQueries) private readonly queries: ExperimentsQueries) {}

  @Get()
  @Answers({ summary: 'Experiments that people were exposed to', row: ROW })
  async list(@ValidQuery(ListQuery) query: ListQuery): Promise<ListPage<ExperimentRow>> {
    const [after] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
    const rows = await this.queries.list(query.limit, after);
    return pageOf(rows, query.limit, (last) => encodeCursor([last.experiment]));
  }

  @Get(':key')
  @Answers({
    summary: 'One experiment: people and conversions by the arm they saw first',
    description:
      'A person counts in the arm of their first exposure (by the time it happened). Conversions count from that moment on, those that name no ' +
      'experiment in every experiment the person is in.',
    body: DETAIL,
    problems: ['not_found'],
  })
  async detail(@Param('key') key: string): Promise<ExperimentDetail> {
    const found = isStorableText(key) ? await this.queries.detail(key) : undefined;
    if (!found) throw new ProblemError('not_found', { detail: 'no exposure to an experiment of this name is known' });
    return found;
  }
}
