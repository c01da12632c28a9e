import fc from 'fast-check';
import { logBin, meanInterval, mergeLogBins, quantileBounds } from '@picly/statistics';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { modelPerformance } from './model-performance.projection';
import type { ModelSums } from './model-sums';
import { ModelsQueries } from './models.queries';
import type { Range } from './time-cover';

const NOON = Date.UTC(2026, 0, 10, 12);
const MINUTE = 60_000;
const ALWAYS: Range = { from: Date.UTC(2000, 0, 1), to: Date.UTC(2100, 0, 1) };

const history = Array.from({ length: 600 }, (_, i) => {
  const at = { occurredAt: NOON + ((i * 7919) % 8_640) * MINUTE };
  const success = i % 7 !== 0;
  const call = {
    engine: i % 3 === 0 ? 'dalle3' : 'flux-pro',
    model_version: i % 5 === 0 ? undefined : `v${i % 2}`,
    success,
    error: success ? undefined : ['timed out', '429'][i % 2],
    response_time_ms: (i * 104_729) % 20_000,
    cost_micros: 1_000 * (i % 9),
    revenue_micros: 2_000 * (i % 9),
  };
  const generation = anEvent('generation-completed', { ...call, generation_id: uuidOf(i, 0xa) }, at);
  const rating = { generation_id: uuidOf(i, 0xa), rating: 1 + (i % 5), quality_score: i % 8 ? (i % 100) + 0.5 : undefined };
  return i % 4 === 0 ? [generation, anEvent('rating-submitted', rating)] : [generation];
}).flat();

interface Recount {
  readonly engine: string;
  readonly model_version: string | null;
  readonly calls: number;
  readonly success_rate: number;
  readonly cost: number;
  readonly ms: number[];
  readonly avg_rating: number | null;
  readonly timeouts: number;
}

const recount = (spec: ProjectionSpec, range: Range, group: string): Promise<Recount[]> =>
  spec.sql.query<Recount>(
    `select ${group}, count(*) as calls, avg(success::int)::float8 as success_rate, sum(cost_micros)::float8 / 1e6 as cost,
       percentile_cont(array[0.5, 0.95, 0.99]) within group (order by response_time_ms) as ms,
       (sum(r.stars) / nullif(sum(r.n), 0))::float8 as avg_rating, count(*) filter (where failure_cause = 'timeout') as timeouts
     from calls c cross join lateral (select count(*) as n, sum(rating) as stars from call_ratings where generation_id = call_id) r
     where engine is not null and occurred_at >= $1 and occurred_at < $2 group by 1, 2 order by 1, 2 nulls first`,
    [new Date(range.from).toISOString(), new Date(range.to).toISOString()],
  );

describe('models', () => {
  let spec: ProjectionSpec;
  let queries: ModelsQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(modelPerformance);
    queries = new ModelsQueries(spec.sql);
    await spec.fold(history, { batches: 7 });
  });
  afterAll(() => spec.close());

  const ranges = fc
    .tuple(fc.integer({ min: -100, max: 9_000 }), fc.integer({ min: -100, max: 9_000 }), fc.boolean())
    .map(([a, b, whole]) => {
      const grain = whole ? 15 * MINUTE : 0.7 * MINUTE;
      return { from: NOON + Math.round(Math.min(a, b) * grain), to: NOON + Math.round(Math.max(a, b) * grain) };
    });

  it('say of any range what the calls of the range say, percentiles included', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, async (range) => {
        const rows = await queries.models({ range, grouping: 'engine,model_version' });
        const told = rows.map((row) => ({
          engine: row.engine,
          model_version: row.model_version,
          calls: row.calls,
          success_rate: row.success_rate.toFixed(9),
          cost: (row.cost ?? 0).toFixed(9),
          ms: [row.p50, row.p95, row.p99].map((s) => ((s ?? -1) * 1000).toFixed(6)),
          avg_rating: row.avg_rating?.toFixed(9),
          timeouts: row.failures_by_cause['timeout'] ?? 0,
        }));
        const expected = (await recount(spec, range, `engine, nullif(model_version, '') as model_version`)).map((row) => ({
          ...row,
          success_rate: row.success_rate.toFixed(9),
          cost: row.cost.toFixed(9),
          ms: row.ms.map((ms) => ms.toFixed(6)),
          avg_rating: row.avg_rating?.toFixed(9),
        }));
        expect(told).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('have intervals of both means that are those of the ratings of the range', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, async (range) => {
        const [row] = await queries.models({ range, grouping: 'total' });
        const [sums] = await spec.sql.query<Readonly<Record<'n' | 's' | 'ss' | 'scores' | 'q' | 'qq', number>>>(
          `select count(*)::int as n, coalesce(sum(rating), 0)::int as s, coalesce(sum(rating * rating), 0)::int as ss,
             count(quality_score)::int as scores, coalesce(sum(quality_score), 0)::float8 as q, coalesce(sum(quality_score ^ 2), 0)::float8 as qq
           from calls join call_ratings on generation_id = call_id where engine is not null and occurred_at >= $1 and occurred_at < $2`,
          [new Date(range.from).toISOString(), new Date(range.to).toISOString()],
        );
        if (row === undefined || sums === undefined) return;
        const stars = meanInterval({ n: sums.n, sum: sums.s, sumSquares: sums.ss }, [1, 5]);
        const quality = meanInterval({ n: sums.scores, sum: sums.q, sumSquares: sums.qq }, [0, 100]);
        expect([row.avg_rating_lower, row.avg_rating_upper, row.quality_lower, row.quality_upper]).toEqual(
          [...stars, ...quality].map((end) => expect.closeTo(end, 6) as number),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('have bounds of percentiles that are those of the calls, of a range and of its days', async () => {
    const bounds = (row: object): unknown[] =>
      ['p50', 'p95', 'p99'].flatMap((name) => [Reflect.get(row, `${name}_lower`) as unknown, Reflect.get(row, `${name}_upper`) as unknown]);
    const told = (ms: readonly number[]): unknown[] =>
      [0.5, 0.95, 0.99].flatMap((fraction) => {
        const bins = mergeLogBins(ms.map((value) => ({ bin: logBin(value), count: 1 })));
        const { lower, upper } = quantileBounds(bins, fraction);
        return [lower / 1000, upper === null ? null : upper / 1000];
      });
    const callsBy = (group: string, range: Range) =>
      spec.sql.query<{ ms: number[] }>(
        `select ${group} as key, array_agg(response_time_ms) as ms from calls where engine is not null and occurred_at >= $1 and occurred_at < $2
         group by 1 order by 1`,
        [new Date(range.from).toISOString(), new Date(range.to).toISOString()],
      );
    await fc.assert(
      fc.asyncProperty(ranges, async (range) => {
        const engines = await queries.models({ range, grouping: 'engine' });
        expect(engines.map(bounds)).toEqual((await callsBy('engine', range)).map(({ ms }) => told(ms)));
        const days = await queries.daily({ range, grouping: 'total', timeZone: 'Asia/Kathmandu' });
        const expected = await callsBy(`(occurred_at at time zone 'Asia/Kathmandu')::date`, range);
        expect(days.map(bounds)).toEqual(expected.map(({ ms }) => told(ms)));
      }),
      { numRuns: 30 },
    );
  });

  it('add up: the engines together are the total', async () => {
    const [total] = await queries.models({ range: ALWAYS, grouping: 'total' });
    const engines = await queries.models({ range: ALWAYS, grouping: 'engine' });
    expect(engines.map(({ engine, model_version }) => [engine, model_version])).toEqual([
      ['dalle3', null],
      ['flux-pro', null],
    ]);
    expect(engines.reduce((n, row) => n + row.calls, 0)).toBe(total?.calls);
    expect(engines.reduce((n, row) => n + (row.cost ?? 0), 0)).toBeCloseTo(total?.cost ?? -1, 9);
    expect(total?.engine).toBeNull();
    expect(total).toMatchObject({ calls: 600, rating_count: 150, percentile_method: 'exact' });
  });

  it('of an engine are its own', async () => {
    const rows = await queries.models({ range: ALWAYS, grouping: 'engine', engine: 'dalle3' });
    expect(rows.map(({ engine, calls }) => [engine, calls])).toEqual([['dalle3', 200]]);
    expect(await queries.models({ range: ALWAYS, grouping: 'engine', engine: 'nobody' })).toEqual([]);
  });

  it.each(['UTC', 'Asia/Singapore', 'America/Los_Angeles', 'Asia/Kathmandu', 'Australia/Lord_Howe'])(
    'by day are the days of %s',
    async (timeZone) => {
      const days = await queries.daily({ range: ALWAYS, grouping: 'engine', engine: 'flux-pro', timeZone });
      const expected = await spec.sql.query<{ day: string; calls: number; p95: number }>(
        `select (occurred_at at time zone $1)::date as day, count(*) as calls, percentile_cont(0.95) within group (order by response_time_ms) / 1000 as p95
       from calls where engine = 'flux-pro' group by 1 order by 1`,
        [timeZone],
      );
      expect(days.map(({ day, calls, p95 }) => ({ day, calls, p95 }))).toEqual(expected);
    },
  );

  it('have percentiles within 1 % when there are too many calls to look at each', async () => {
    const exact = await queries.models({ range: ALWAYS, grouping: 'engine' });
    const few = new ModelsQueries(spec.sql, 10);
    for (const rows of [await few.models({ range: ALWAYS, grouping: 'engine' })]) {
      expect(rows.map((row) => row.percentile_method)).toEqual(['sketch', 'sketch']);
      rows.forEach((row, i) => expect(Math.abs((row.p95 ?? 0) / (exact[i]?.p95 ?? 1) - 1)).toBeLessThan(0.011));
    }
    const [day] = await few.daily({ range: ALWAYS, grouping: 'engine', engine: 'dalle3', timeZone: 'UTC' });
    expect(day).toMatchObject({ percentile_method: 'sketch' });
  });

  it('never add different currencies', async () => {
    await spec.fold([
      anEvent('engine-call-measured', { engine: 'mixed', model_version: undefined, currency: 'EUR' }),
      anEvent('engine-call-measured', { engine: 'mixed', model_version: undefined }),
    ]);
    const [row] = await queries.models({ range: ALWAYS, grouping: 'engine', engine: 'mixed' });
    expect(row).toMatchObject({ calls: 2, cost: null, currency: null, margin_rate: null });
    expect(row?.amounts.map(({ currency, cost }) => [currency, cost])).toEqual([
      ['EUR', 0.08],
      ['USD', 0.08],
    ]);
  });
});

describe('models over rows of an older version, which knows no squares', () => {
  let spec: ProjectionSpec;
  let queries: ModelsQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(modelPerformance);
    queries = new ModelsQueries(spec.sql);
    await spec.fold(history);
    for (const table of TABLES) await spec.sql.query(`alter table ${table} alter quality_squares drop not null`);
  });
  afterAll(() => spec.close());

  const TABLES = ['model_performance', 'model_performance_slots'];
  // Ends within a quarter of an hour: the last calls are counted one by one, and their squares are known.
  const range: Range = { from: NOON, to: NOON + 3 * 1440 * MINUTE + 7 * MINUTE };
  const forget = async (where: string): Promise<void> => {
    for (const table of TABLES) await spec.sql.query(`update ${table} set quality_squares = null where ${where}`);
  };
  const boundsOf = ({ quality_lower: lower, quality_upper: upper }: ModelSums): [number, number] => [lower, upper];
  const withoutBounds = (row: ModelSums): object => ({ ...row, quality_lower: undefined, quality_upper: undefined });

  it('have the whole scale as bounds where some of the rows know none, and their intervals elsewhere', async () => {
    const before = await queries.models({ range: ALWAYS, grouping: 'engine' });
    const some = `engine = 'dalle3' and quality_count > 0`;
    await spec.sql.query(
      `update model_performance set quality_squares = null where ${some} and quality_squares = (select min(quality_squares) from model_performance where ${some})`,
    );
    const after = await queries.models({ range: ALWAYS, grouping: 'engine' });
    expect(after.map(boundsOf)).toEqual(before.map((row) => (row.engine === 'dalle3' ? [0, 100] : boundsOf(row))));
    const [total] = await queries.models({ range: ALWAYS, grouping: 'total' });
    expect(total).toMatchObject({ quality_lower: 0, quality_upper: 100 });
  });

  it.each(['engine,model_version', 'engine', 'total'] as const)(
    'by %s have the whole scale as bounds of the quality, and all other figures',
    async (grouping) => {
      const ask = async (): Promise<ModelSums[]> => [
        ...(await queries.models({ range, grouping })),
        ...(await queries.daily({ range, grouping, timeZone: 'Asia/Kathmandu' })),
      ];
      const before = await ask();
      await forget('true');
      const rows = await ask();
      expect(rows.map(withoutBounds)).toEqual(before.map(withoutBounds));
      expect(rows.map(boundsOf)).toEqual(rows.map(() => [0, 100]));
    },
  );
});
