import { count, decimal, percent, table } from '@picly/terminal';
import { ratingsOf } from '../world/ledger';
import { ENGINES } from '../world/truth';
import { rangeOf, type Check, type Finding, type Inquiry } from './finding';

interface SummaryRow {
  readonly engine: string | null;
  readonly count: number;
  readonly avg: number | null;
}

interface ModelRow {
  readonly engine: string;
  readonly calls: number;
  readonly successes: number;
  readonly success_rate: number | null;
  readonly p50: number | null;
  readonly cost: number | null;
  readonly revenue: number | null;
  readonly margin_rate: number | null;
}

/** Do ratings, reliability, speed and money of the engines come out as they are? */
export async function engineFindings({ client, ledger, world }: Inquiry): Promise<Finding> {
  const range = rangeOf(world);
  const ratings = await client.get<{ data: readonly SummaryRow[] }>('/api/analytics/ratings/summary', {
    query: { group_by: 'engine', ...range },
  });
  const models = await client.get<{ data: readonly ModelRow[] }>('/api/analytics/models', { query: range });
  const rows = [...ENGINES]
    .sort((a, b) => b.quality - a.quality)
    .map((engine) => ({
      engine,
      truth: ledger.engine(engine.name),
      rating: ratings.data.find((row) => row.engine === engine.name),
      model: models.data.find((row) => row.engine === engine.name),
    }));
  const text = table(rows, [
    { title: 'ENGINE', value: ({ engine }) => engine.name },
    { title: 'true quality', value: ({ engine }) => decimal(engine.quality), align: 'right' },
    { title: 'STARS', value: ({ rating }) => decimal(rating?.avg), align: 'right' },
    { title: 'RATINGS', value: ({ rating }) => count(rating?.count ?? 0), align: 'right' },
    { title: 'true failures', value: ({ engine }) => percent(engine.failure), align: 'right' },
    { title: 'FAILURES', value: ({ model }) => percent(model?.success_rate == null ? null : 1 - model.success_rate), align: 'right' },
    { title: 'true median s', value: ({ engine }) => decimal(engine.medianSeconds), align: 'right' },
    { title: 'P50 S', value: ({ model }) => decimal(model?.p50), align: 'right' },
    { title: 'MARGIN', value: ({ model }) => percent(model?.margin_rate), align: 'right' },
  ]);
  return { title: 'Engines, best first by their true quality', text, checks: rows.flatMap(checksOf) };
}

interface EngineRow {
  readonly engine: (typeof ENGINES)[number];
  readonly truth: Parameters<typeof ratingsOf>[0];
  readonly rating: SummaryRow | undefined;
  readonly model: ModelRow | undefined;
}

function checksOf({ engine, truth, rating, model }: EngineRow): readonly Check[] {
  const rated = ratingsOf(truth);
  return [
    { name: `${engine.name}: ratings`, truth: rated.count, told: rating?.count },
    { name: `${engine.name}: mean stars`, truth: rated.average ?? 0, told: rating?.avg },
    { name: `${engine.name}: calls`, truth: truth.calls, told: model?.calls },
    { name: `${engine.name}: successes`, truth: truth.successes, told: model?.successes },
    { name: `${engine.name}: cost`, truth: truth.costMicros / 1e6, told: model?.cost },
    { name: `${engine.name}: revenue`, truth: truth.revenueMicros / 1e6, told: model?.revenue },
  ];
}
