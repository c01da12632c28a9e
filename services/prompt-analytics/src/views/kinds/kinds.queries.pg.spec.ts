import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { promptAnalytics } from '../../projection/prompt-analytics.projection';
import { ALWAYS } from '../summary/time-cover';
import { KindsQueries, type KindSums } from './kinds.queries';

const START = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;
const PROMPTS = [
  ['a fox, oil painting', ['oil painting']],
  ['a fox in pixel art and watercolor', ['pixel art', 'watercolor']],
  ['steam engine', ['']],
  ['', ['']],
] as const;
const ENGINES = ['dalle3', 'flux-pro'];

interface Made {
  readonly kinds: readonly string[];
  readonly engine: string;
  readonly at: number;
  readonly success: boolean;
  readonly costMicros: number;
  readonly ratings: readonly number[];
}

const history: readonly Made[] = Array.from({ length: 120 }, (_, i) => ({
  kinds: PROMPTS[i % 4]?.[1] ?? [],
  engine: ENGINES[(i >> 2) % 2] ?? '',
  at: START + i * HOUR,
  success: i % 7 !== 0,
  costMicros: 1_000 * (1 + (i % 5)),
  ratings: Array.from({ length: i % 3 }, (_none, k) => 1 + ((i + k) % 5)),
}));

const events = history.flatMap(({ engine, at, success, costMicros, ratings }, i) => [
  anEvent(
    'generation-completed',
    { generation_id: uuidOf(i, 0xd), prompt: PROMPTS[i % 4]?.[0] ?? '', engine, success, cost_micros: costMicros },
    { occurredAt: at },
  ),
  ...ratings.map((rating, k) =>
    anEvent('rating-submitted', { generation_id: uuidOf(i, 0xd), rating, user_id: `u${k}` }, { occurredAt: at + 900 * HOUR }),
  ),
]);

/** The same by arithmetic over what was sent. */
function expected(from: number, to: number, engine?: string): ReadonlyMap<string, readonly number[]> {
  const sums = new Map<string, number[]>();
  for (const made of history.filter(({ at, engine: one }) => at >= from && at < to && (engine ?? one) === one)) {
    for (const kind of made.kinds) {
      const key = `${kind}/${made.engine}`;
      const good = made.ratings.filter((rating) => rating >= 4).length;
      const stars = made.ratings.reduce((sum, rating) => sum + rating, 0);
      const squares = made.ratings.reduce((sum, rating) => sum + rating * rating, 0);
      const add = [1, made.success ? 1 : 0, made.costMicros, made.ratings.length, stars, squares, good];
      sums.set(
        key,
        (sums.get(key) ?? [0, 0, 0, 0, 0, 0, 0]).map((n, i) => n + (add[i] ?? 0)),
      );
    }
  }
  return sums;
}
const told = (rows: readonly KindSums[]): ReadonlyMap<string, readonly number[]> =>
  new Map(
    rows.map((row) => [
      `${row.kind}/${row.engine}`,
      [row.calls, row.pictures, Number(row.cost_micros), row.rating_count, row.rating_sum, row.rating_squares, row.success_count],
    ]),
  );

describe('engines by kind of prompt', () => {
  let spec: ProjectionSpec;
  let queries: KindsQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(promptAnalytics);
    queries = new KindsQueries(spec.sql);
    await spec.fold(events, { batches: 4 });
  });
  afterAll(() => spec.close());

  it.each([
    ['of all time', ALWAYS.from, ALWAYS.to, undefined],
    ['of a stretch, with ratings that came after it', START + 10 * HOUR, START + 57 * HOUR, undefined],
    ['of one engine', START, START + 100 * HOUR, 'dalle3'],
  ])('are what was sent, a prompt of two styles counted in both: %s', async (_name, from, to, engine) => {
    const rows = await queries.sums({ range: { from, to }, ...(engine !== undefined && { engine }) });
    expect(told(rows)).toEqual(expected(from, to, engine));
    expect(rows.every(({ currency }) => currency === 'USD')).toBe(true);
  });

  it('name the kind most asked for first', async () => {
    const [first] = await queries.sums({ range: ALWAYS });
    expect(first?.kind).toBe('');
  });
});
