import { Controller, Get, Inject, Param } from '@nestjs/common';
import { isStorableText } from '@picly/contracts';
import { Answers, decodeCursor, encodeCursor, ListQuery, pageOf, ProblemError, ValidQuery, View, type ListPage } from '@picly/platform';
import { ExperimentsQueries, type ExperimentDetail, type ExperimentRow } from './experiments.queries';

const PHASE = { revision: 2, from: '2026-11-01T07:00:00.000Z', state: 'running', weights: { control: 0.5, green: 0.5 } };
const ROW = {
  experiment: 'button-colour',
  first_exposure_at: '2026-11-01T08:00:00.000Z',
  last_exposure_at: '2026-11-22T12:00:00.000Z',
  exposures: 5_200,
  units: 2_000,
  arms: ['control', 'green'],
  conversions: 240,
  key: 'button-colour',
  state: 'running',
  revision: 2,
  phase: PHASE,
  hypothesis: 'A green button sells more.',
  mode: 'test',
  unit: 'user',
  primary_metric: 'converted:purchase',
  secondary_metrics: ['revenue'],
  guardrails: [{ metric: 'failure_rate', tolerated_harm: 0.02 }],
  definition: {
    arms: [
      { key: 'control', weight: 0.5 },
      { key: 'green', weight: 0.5 },
    ],
    coverage: 1,
  },
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
  phases: [PHASE],
};

@Controller('api/analytics/experiments')
@View('experiments', 'experiment-results')
export class ExperimentsController {
  constructor(@Inject(ExperimentsQueries) private readonly queries: ExperimentsQueries) {}

  @Get()
  @Answers({ summary: 'Experiments that are defined or that people were exposed to', row: ROW, tag: 'experiments' })
  async list(@ValidQuery(ListQuery) query: ListQuery): Promise<ListPage<ExperimentRow>> {
    const [after] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
    const rows = await this.queries.list(query.limit, after);
    return pageOf(rows, query.limit, (last) => encodeCursor([last.experiment]));
  }

  @Get(':key')
  @Answers({
    summary: 'One experiment: its definition and phases, people and conversions by the arm they saw first',
    description:
      'A person counts in the arm of their first exposure (by the time it happened). Conversions count from that moment on, those that name no ' +
      'experiment in every experiment the person is in. Of an experiment that nobody defined, all that a definition says is null.',
    body: DETAIL,
    problems: ['not_found'],
    tag: 'experiments',
  })
  async detail(@Param('key') key: string): Promise<ExperimentDetail> {
    const found = isStorableText(key) ? await this.queries.detail(key) : undefined;
    if (!found) throw new ProblemError('not_found', { detail: 'no experiment of this name is defined, and nobody was exposed to one' });
    return found;
  }
}
