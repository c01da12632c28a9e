import fc from 'fast-check';
import { LOG_HISTOGRAM_ERROR, meanInterval, quantileOf } from '@picly/statistics';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { promptAnalytics } from '../../projection/prompt-analytics.projection';
import { RATING_GROUPINGS, type RatingGrouping } from './grouping.queries';
import { medianRankSql } from './medians.queries';
import { SummaryQueries, type RatingSummaryRow } from './summary.queries';
import { ALWAYS, type Range } from './time-cover';

const START = Date.UTC(2026, 2, 27);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const ENGINES = ['dalle3', 'flux-pro', 'sdxl'];

/** Eight days over a change of clocks in Europe, some ratings without a generation, some twice by the same rater. */
const history = Array.from({ length: 400 }, (_, i) => {
  const at = START + ((i * 7919) % (8 * 1440)) * MINUTE + (i % 60) * 1000;
  const id = uuidOf(i, 0xa);
  const generation = anEvent(
    'generation-completed',
    { generation_id: id, engine: ENGINES[i % 3] ?? '', prompt: `a fox number ${i % 17}` },
    { occurredAt: at },
  );
  const rating = (k: number) =>
    anEvent(
      'rating-submitted',
      {
        generation_id: id,
        rating: 1 + ((i * k) % 5),
        user_id: `user-${k % 2}`,
        quality_score: i % 2 === 0 ? (i % 100) + 0.25 : undefined,
        feedback: i % 7 === 0 ? 'fine' : undefined,
        tags: i % 3 === 0 ? ['colors', 'style'] : ['style'],
        time_to_rate_ms: i % 5 === 0 ? undefined : 500 + ((i * k * 104_729) % 90_000),
      },
      { occurredAt: at + k * 11 * MINUTE },
    );
  const action = anEvent('action-tracked', { generation_id: id, action: i % 2 ? 'download' : 'share' }, { occurredAt: at + 40 * MINUTE });
  return [
    ...(i % 10 === 0 ? [] : [generation]),
    rating(1),
    rating(2),
    ...(i % 4 === 0 ? [rating(3)] : []),
    ...(i % 3 === 0 ? [action, { ...action, id: uuidOf(i, 0xc) }] : []),
  ];
}).flat();

const KEY: Partial<Record<RatingGrouping, string>> = {
  engine: `nullif(g.engine, '')`,
  day: '(at at time zone $3)::date',
  week: `date_trunc('week', at at time zone $3)::date`,
  month: `date_trunc('month', at at time zone $3)::date`,
};

const instant = fc.integer({ min: -DAY, max: 9 * DAY }).map((ms) => START + ms);
const ranges = fc.oneof(
  fc.tuple(instant, instant).map(([from, to]): Range => ({ from, to: Math.max(from, to) })),
  fc
    .tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: 0, max: 9 }))
    .map(([from, days]): Range => ({ from: START + from * DAY, to: START + (from + days) * DAY })),
  fc.constant(ALWAYS),
);
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Singapore', 'Asia/Kathmandu', 'Australia/Lord_Howe');
const groupings = fc.constantFrom<RatingGrouping[]>('total', 'engine', 'day', 'week', 'month');
const isoOf = ({ from, to }: Range): [string, string] => [new Date(from).toISOString(), new Date(to).toISOString()];

interface Recount {
  readonly count: number;
  readonly stars: number;
  readonly star_squares: number;
  readonly quality_count: number;
  readonly quality_sum: number;
  readonly quality_squares: number;
  /** Seconds, ascending. */
  readonly times: readonly number[] | null;
}

const SUMS = ['stars', 'star_squares', 'quality_sum', 'quality_squares', 'times'];
const withoutSums = (row: Recount): object => Object.fromEntries(Object.entries(row).filter(([name]) => !SUMS.includes(name)));

/** Around the order statistics of the binomial: of up to a rank more, read from bins of 2 %. */
function expectMedianBounds(
  { timed_count: n, median_time_to_rate_lower: lower, median_time_to_rate_upper: upper }: RatingSummaryRow,
  times: readonly number[],
): void {
  expect(n).toBe(times.length);
  const exact = quantileOf(times, 0.5, { alpha: 0.05 });
  if (!exact?.resolved) return void expect([lower, upper]).toEqual([0, null]);
  const [low, high] = exact.interval;
  const [before, after] = [times[times.indexOf(low) - 1] ?? low, times[times.lastIndexOf(high) + 1] ?? high];
  expect(lower).toBeLessThanOrEqual(low * (1 + 1e-9));
  expect(lower).toBeGreaterThanOrEqual(before * 0.979);
  expect(upper).toBeGreaterThanOrEqual(high * (1 - 1e-9));
  expect(upper).toBeLessThanOrEqual(after * 1.021);
}

/** The intervals of both means, from plain sums over the facts. */
function expectIntervals(row: RatingSummaryRow, sums: Recount | undefined): void {
  if (sums === undefined) throw new Error('a row without facts');
  const stars = meanInterval({ n: sums.count, sum: sums.stars, sumSquares: sums.star_squares }, [1, 5]);
  const quality = meanInterval({ n: sums.quality_count, sum: sums.quality_sum, sumSquares: sums.quality_squares }, [0, 100]);
  const told = [row.avg_lower, row.avg_upper, row.quality_lower, row.quality_upper];
  expect(told).toEqual([...stars, ...quality].map((end) => expect.closeTo(end, 6) as number));
}

describe('summaries', () => {
  let spec: ProjectionSpec;
  let queries: SummaryQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(promptAnalytics);
    queries = new SummaryQueries(spec.sql);
    await spec.fold(history, { batches: 5 });
  });
  afterAll(() => spec.close());

  it('of ratings equal plain SQL over the facts, for any range, zone and grouping', async () => {
    await fc.assert(
      fc.asyncProperty(
        ranges,
        zones,
        groupings,
        fc.option(fc.constantFrom(...ENGINES), { nil: undefined }),
        async (range, timeZone, grouping, engine) => {
          const key = KEY[grouping];
          const expected = await spec.sql.query<Recount>(
            `select ${key ? `${key} as key,` : ''} count(*) as count, coalesce(sum(rating), 0)::int as stars, coalesce(sum(rating * rating), 0)::int as star_squares,
             coalesce(sum(quality_score), 0)::float8 as quality_sum, coalesce(sum(quality_score ^ 2), 0)::float8 as quality_squares, avg(rating)::float8 as avg, avg((rating >= 4)::int)::float8 as success_rate, avg(quality_score)::float8 as quality_avg,
             count(quality_score) as quality_count, count(*) filter (where feedback <> '') as feedback_count,
             percentile_cont(0.5) within group (order by time_to_rate_ms) / 1000 as median_time_to_rate,
             array_remove(array_agg(time_to_rate_ms::float8 / 1000 order by time_to_rate_ms), null) as times
           from (select *, rated_at as at from ratings) r join generations g using (generation_id)
           where at >= $1 and at < $2 and $3::text is not null and ($4::text is null or g.engine = $4) ${key ? 'group by 1 order by 1 nulls last' : ''}`,
            [...isoOf(range), timeZone, engine ?? null],
          );
          const rows = await queries.ratings(
            { range, grouping, timeZone, weekStart: 'monday', ...(engine !== undefined && { engine }) },
            50,
          );
          rows.forEach((row, i) => {
            expectIntervals(row, expected[i]);
            expectMedianBounds(row, expected[i]?.times ?? []);
          });
          const actual = rows.map(
            ({ count, avg, success_rate, quality_avg, quality_count, feedback_count, median_time_to_rate, ...row }) => ({
              ...(key && { key: row[grouping as 'engine' | 'day' | 'week' | 'month'] }),
              ...{
                count,
                avg: expect.closeTo(avg ?? 0, 12) as number | null,
                success_rate,
                quality_avg,
                quality_count,
                feedback_count,
                median_time_to_rate,
              },
              ...(avg === null && { avg }),
            }),
          );
          expect(expected.map(withoutSums)).toEqual(actual);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of actions equal plain SQL over the facts: actions by when they were taken, rates by the generations made', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, zones, async (range, timeZone) => {
        const [expected] = await spec.sql.query<{ generations: number; downloads: number; shares: number; download_rate: number | null }>(
          `select (select count(*) from generations where known and occurred_at >= $1 and occurred_at < $2) as generations,
             (select count(*) from generation_actions where action = 'download' and occurred_at >= $1 and occurred_at < $2) as downloads,
             (select count(*) from generation_actions where action = 'share' and occurred_at >= $1 and occurred_at < $2) as shares,
             (select avg((downloads > 0)::int)::float8 from generations where known and occurred_at >= $1 and occurred_at < $2) as download_rate`,
          isoOf(range),
        );
        const days = await queries.actions({ range, grouping: 'day', timeZone, weekStart: 'monday' });
        const [total] = await queries.actions({ range, grouping: 'total', timeZone, weekStart: 'monday' });
        expect(total).toMatchObject({ ...expected });
        expect(days.reduce((sum, day) => sum + day.downloads, 0)).toBe(expected?.downloads);
      }),
      { numRuns: 30 },
    );
  });

  it('sum over engines, the unknown one included, to the total', async () => {
    const ask = (grouping: RatingGrouping) => queries.ratings({ range: ALWAYS, grouping, timeZone: 'UTC', weekStart: 'monday' }, 50);
    const [total] = await ask('total');
    const engines = await ask('engine');
    expect(engines.map(({ engine }) => engine)).toEqual([...ENGINES, null]);
    expect(engines.reduce((sum, { count }) => sum + count, 0)).toBe(total?.count);
  });

  it('begin weeks on the day asked for', async () => {
    const weeks = await queries.ratings({ range: ALWAYS, grouping: 'week', timeZone: 'UTC', weekStart: 'sunday' }, 50);
    expect(weeks.map(({ week }) => week)).toEqual(['2026-03-22', '2026-03-29']);
  });

  it('by tag count a rating once for each of its tags', async () => {
    const expected = await spec.sql.query(
      `select tag, count(*) as count, avg(rating)::float8 as avg from ratings, unnest(tags) as tag group by 1 order by 1`,
    );
    const rows = await queries.ratings({ range: ALWAYS, grouping: 'tag', timeZone: 'UTC', weekStart: 'monday' }, 50);
    expect(rows.map(({ tag, count, avg }) => ({ tag, count, avg: expect.closeTo(avg ?? 0, 12) as number }))).toEqual(expected);
    const [from, to] = [START + 5 * MINUTE + 13_000, START + DAY + 7 * MINUTE];
    const partial = await queries.ratings({ range: { from, to }, grouping: 'tag', timeZone: 'UTC', weekStart: 'monday' }, 50);
    const [plain] = await spec.sql.query<{ n: number }>(
      `select count(*) as n from ratings, unnest(tags) as tag where rated_at >= $1 and rated_at < $2`,
      isoOf({ from, to }),
    );
    expect(partial.reduce((sum, { count }) => sum + count, 0)).toBe(plain?.n);
  });

  it.each(['tag', 'prompt'] as const)('by %s have the bounds of the median that sorting gives', async (grouping) => {
    const rows = await queries.ratings({ range: ALWAYS, grouping, timeZone: 'UTC', weekStart: 'monday' }, 50);
    const facts = await spec.sql.query<{ key: string; times: number[] }>(
      `select key, array_agg(time_to_rate_ms::float8 / 1000 order by time_to_rate_ms) as times
       from (select unnest(tags) as tag, r.*, prompt_hash from ratings r left join generations using (generation_id)) f
         cross join lateral (select ${grouping === 'tag' ? 'tag' : 'prompt_hash'} as key) k
       where time_to_rate_ms is not null ${grouping === 'tag' ? '' : `and tag = 'style'`} group by 1`,
    );
    const times = new Map(facts.map((fact) => [fact.key, fact.times]));
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) expectMedianBounds(row, times.get((grouping === 'tag' ? row.tag : row.prompt_hash) ?? '') ?? []);
  });

  it('take for the bounds of the median ranks that are never more than those of the binomial, and at most one less', async () => {
    const ranks = await spec.sql.query<{ n: number; rank: number }>(
      `select n, ${medianRankSql('n')}::int as rank from generate_series(1, 1000) as n`,
    );
    for (const { n, rank } of ranks) {
      const exact = quantileOf(
        Array.from({ length: n }, (_, i) => i),
        0.5,
        { alpha: 0.05 },
      );
      if (exact?.resolved) expect([0, 1]).toContain(exact.interval[0] - rank);
      else expect(rank).toBeLessThan(0);
    }
  });

  it('by prompt are those of the most rated prompts', async () => {
    const rows = await queries.ratings({ range: ALWAYS, grouping: 'prompt', timeZone: 'UTC', weekStart: 'monday' }, 3);
    const expected = await spec.sql.query(
      `select prompt_hash, count(*) as count, avg(rating)::float8 as avg from ratings join generations using (generation_id) where prompt_hash is not null
       group by 1 order by 2 desc, 1 limit 3`,
    );
    expect(rows.map(({ prompt_hash, count, avg }) => ({ prompt_hash, count, avg: expect.closeTo(avg ?? 0, 12) as number }))).toEqual(
      expected,
    );
    expect(
      await queries.ratings({ range: { from: START, to: START + 20 * DAY }, grouping: 'prompt', timeZone: 'UTC', weekStart: 'monday' }, 3),
    ).toEqual(rows);
  });

  it('give the median within 1 % where there are too many times to sort', async () => {
    const sketching = new SummaryQueries(spec.sql, 0);
    const cases = [
      ['total', 'UTC'],
      ['engine', 'UTC'],
      ['day', 'UTC'],
      ['day', 'Europe/Berlin'],
      ['week', 'America/Los_Angeles'],
      ['day,engine', 'Asia/Kathmandu'],
    ] as const;
    for (const [grouping, timeZone] of cases) {
      const filter = {
        range: { from: START + 13 * MINUTE, to: START + 6 * DAY + 7_000 },
        grouping,
        timeZone,
        weekStart: 'monday',
      } as const;
      const exact = await queries.ratings(filter, 50);
      const sketched = await sketching.ratings(filter, 50);
      expect(sketched).toHaveLength(exact.length);
      exact.forEach(({ median_time_to_rate: median }, index) => {
        const row = sketched[index];
        expect([row?.median_time_to_rate === null, row?.median_time_to_rate_method]).toEqual(
          median === null ? [true, 'exact'] : [false, 'histogram_within_1_percent'],
        );
        expect(Math.abs((row?.median_time_to_rate ?? 0) - (median ?? 0))).toBeLessThanOrEqual((median ?? 0) * LOG_HISTOGRAM_ERROR * 1.001);
      });
    }
  });

  it('of nothing are counts of zero and unknown rates', async () => {
    const range = { from: START - 9 * DAY, to: START - 8 * DAY };
    expect(await queries.ratings({ range, grouping: 'total', timeZone: 'UTC', weekStart: 'monday' }, 50)).toMatchObject([
      { count: 0, avg: null, success_rate: null, success_lower: 0, success_upper: 1, quality_avg: null, median_time_to_rate: null },
    ]);
    expect(await queries.ratings({ range, grouping: 'day', timeZone: 'UTC', weekStart: 'monday' }, 50)).toEqual([]);
  });
});

describe('summaries over rows of an older version, which knows no squares', () => {
  let spec: ProjectionSpec;
  let queries: SummaryQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(promptAnalytics);
    queries = new SummaryQueries(spec.sql);
    await spec.fold(history);
    for (const table of ['rating_buckets', 'tag_buckets']) await spec.sql.query(`alter table ${table} alter quality_squares drop not null`);
  });
  afterAll(() => spec.close());

  const ask = (grouping: RatingGrouping, range: Range = ALWAYS): Promise<RatingSummaryRow[]> =>
    queries.ratings({ range, grouping, timeZone: 'UTC', weekStart: 'monday' }, 50);
  const boundsOf = (rows: readonly RatingSummaryRow[]): [number, number][] => rows.map((row) => [row.quality_lower, row.quality_upper]);
  const withoutBounds = (rows: readonly RatingSummaryRow[]): object[] =>
    rows.map((row) => ({ ...row, quality_lower: undefined, quality_upper: undefined }));
  const forget = async (where: string): Promise<void> => {
    for (const table of ['rating_buckets', 'tag_buckets'])
      await spec.sql.query(`update ${table} set quality_squares = null where ${where}`);
  };

  it('have the whole scale as bounds where some of the rows know none, and their intervals elsewhere', async () => {
    const before = await ask('engine');
    await forget(`engine = 'sdxl' and starts_at = (select min(starts_at) from rating_buckets where engine = 'sdxl' and quality_count > 0)`);
    expect(boundsOf(await ask('engine'))).toEqual(before.map((row) => (row.engine === 'sdxl' ? [0, 100] : boundsOf([row])[0])));
    expect(boundsOf(await ask('total'))).toEqual([[0, 100]]);
  });

  it.each(RATING_GROUPINGS)('by %s have the whole scale as bounds of the quality, and all other figures', async (grouping) => {
    const before = await ask(grouping);
    await forget('true');
    const rows = await ask(grouping);
    expect(withoutBounds(rows)).toEqual(withoutBounds(before));
    // Prompts are counted from the ratings alone.
    expect(boundsOf(rows)).toEqual(grouping === 'prompt' ? boundsOf(before) : rows.map(() => [0, 100]));
  });

  it('have them also where the ends of the range are counted from the ratings themselves, whose squares are known', async () => {
    await forget('true');
    const rows = await ask('total', { from: START, to: START + 3 * DAY + 7 * MINUTE });
    expect(boundsOf(rows)).toEqual([[0, 100]]);
  });
});
