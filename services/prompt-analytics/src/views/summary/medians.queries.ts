import type { Sql } from '@picly/database';
import { lowerEdgeOfLogBin, upperEdgeOfLogBin, valueOfLogBin } from '@picly/statistics';
import { groupByKeys, keysOf, selectKeys, type GroupSource } from './grouping.queries';
import { isInRests, isTimed, parametersOf, PIECES, type SummaryFilter } from './sums.queries';
import { coverOf, type Cover, type Range } from './time-cover';

/** Up to so many times to rate the median is exact; beyond, the histogram answers. */
export const EXACT_UP_TO = 1_000_000;
/** There is no histogram by tag: the times of all ratings are sorted. */
const TAGS_EXACT_UP_TO = 200_000;

/** How a median was found: by percentile_cont over the values, within 1 % from a histogram, or not at all. */
export type MedianMethod = 'exact' | 'histogram_within_1_percent' | 'omitted';

export interface Median {
  /** Seconds; null when nobody's time is known. */
  readonly median_time_to_rate: number | null;
  /** 95 % bounds in seconds; the upper one null where there are too few times to name one. */
  readonly median_time_to_rate_lower: number;
  readonly median_time_to_rate_upper: number | null;
  readonly median_time_to_rate_method: MedianMethod;
}

const seconds = (ms: number): number => ms / 1000;

/** Milliseconds; null: not known. */
export interface MedianWithin {
  readonly median_ms: number | null;
  readonly lower_ms: number | null;
  readonly upper_ms: number | null;
}

export const exactMedian = ({ median_ms: median, lower_ms: lower, upper_ms: upper }: MedianWithin): Median => ({
  median_time_to_rate: median === null ? null : seconds(median),
  median_time_to_rate_lower: seconds(lower ?? 0),
  median_time_to_rate_upper: upper === null ? null : seconds(upper),
  median_time_to_rate_method: 'exact',
});

const NO_TIMES = exactMedian({ median_ms: null, lower_ms: null, upper_ms: null });
const OMITTED: Median = { ...NO_TIMES, median_time_to_rate_method: 'omitted' };

/**
 * The rank (0 is the smallest value's) of the order statistic below which the median of all lies in 1 of 40 samples of `n` values, and as
 * far from the other end the one above it: the binomial's, from the normal distribution with its correction for continuity; never more
 * than the exact one. Below zero with fewer than six values: then there is no bound.
 */
export const medianRankSql = (n: string): string => `floor(${n} / 2.0 - 0.98 * sqrt(${n}) - 0.5)`;

/** Median of times and its bounds, by sorting them; an element that there is not is null. */
export function medianSql(ms: string): string {
  const sorted = `(array_agg(${ms} order by ${ms}))`;
  const rank = `${medianRankSql(`count(${ms})`)}::int`;
  return `percentile_cont(0.5) within group (order by ${ms}) as median_ms,
    ${sorted}[${rank} + 1]::float8 as lower_ms, ${sorted}[count(${ms})::int - ${rank}]::float8 as upper_ms`;
}

const FACT: GroupSource = {
  engine: 'r.engine',
  modelVersion: 'r.model_version',
  local: '(r.rated_at at time zone $4)',
  tag: 't.tag',
  promptHash: 'null',
};
const DAY_MS = 86_400_000;

type Key = object;

/** The name of a row of a grouping, to find its median by. */
export function nameOf(keys: readonly string[], row: Key): string {
  const values = new Map<string, unknown>(Object.entries(row));
  return JSON.stringify(keys.map((key) => values.get(key) ?? null));
}

const factParameters = ({ range, engine, timeZone }: SummaryFilter): unknown[] => [
  new Date(range.from).toISOString(),
  new Date(range.to).toISOString(),
  engine ?? null,
  timeZone,
];
const IN_RANGE = `r.rated_at >= $1::timestamptz and r.rated_at < $2::timestamptz and ($3::text is null or r.engine = $3) and $4::text is not null`;

/** Medians of the times of all ratings in the range, by sorting them. */
async function mediansByTag(sql: Sql, filter: SummaryFilter): Promise<(Key & MedianWithin)[]> {
  return sql.query(
    `select ${selectKeys(filter.grouping, FACT, filter.weekStart)}${medianSql('r.time_to_rate_ms')}
     from picly.ratings r cross join unnest(r.tags) as t (tag)
     where ${IN_RANGE} and r.time_to_rate_ms is not null${groupByKeys(filter.grouping)}`,
    factParameters(filter),
  );
}

const BIN: GroupSource = { engine: 'engine', modelVersion: 'model_version', local: 'local', tag: 'null', promptHash: 'null' };

/** The bins that hold the two middle ranks, and which places of their sorted values these are. */
interface MiddleBins {
  readonly low: number;
  readonly low_place: number;
  readonly high: number;
  readonly high_place: number;
  /** The bins that hold the bounds; null with too few times. */
  readonly least: number | null;
  readonly most: number | null;
}

/** Whether the rows asked for are of days that begin at another time than the days of UTC, by which histograms are kept. */
function isShifted({ grouping, timeZone }: SummaryFilter): boolean {
  return isTimed(grouping) && timeZone !== 'UTC' && timeZone !== 'Etc/UTC';
}

/**
 * UTC days stand for the days of a zone; the hours of each that belong to another date there are moved. They are counted from
 * the facts: one or two hours a day for most of Europe.
 */
const MOVED_HOURS = `slots as materialized (
      select slot as starts, (slot at time zone 'UTC')::date as utc_date, (slot at time zone $5)::date as zone_date
      from ${PIECES} cross join generate_series(piece.starts, piece.ends - interval '15 minutes', interval '15 minutes') as slot
    ), hours as materialized (
      select min(starts) as starts, max(starts) + interval '15 minutes' as ends, utc_date, zone_date
      from slots where utc_date <> zone_date group by utc_date, zone_date
    ), moved as materialized (
      select h.utc_date, h.zone_date, r.engine, r.model_version, r.time_to_rate_bin as bin, count(*) as n
      from hours h join picly.ratings r on r.rated_at >= h.starts and r.rated_at < h.ends
      where r.time_to_rate_bin is not null and ($4::text is null or r.engine = $4)
      group by 1, 2, 3, 4, 5
    ), `;

const BINS_OF_MOVED_HOURS = `union all
  select place.date::timestamp, moved.engine, moved.model_version, moved.bin, place.sign * moved.n
  from moved cross join lateral (values (utc_date, -1), (zone_date, 1)) as place (date, sign)`;

/** The bins of everything in the range with what the clocks showed. */
function countedBins(filter: SummaryFilter, { rests }: Cover): string {
  const buckets = `select b.starts_at at time zone 'UTC' as local, b.engine, b.model_version, b.bin, b.n
    from ${PIECES} join picly.time_to_rate_bins b on b.grain_minutes = piece.grain and b.starts_at >= piece.starts and b.starts_at < piece.ends
    where ($4::text is null or b.engine = $4)`;
  const facts = `union all
    select r.rated_at at time zone $5, r.engine, r.model_version, r.time_to_rate_bin, 1
    from picly.ratings r
    where ${isInRests(rests, 'r.rated_at')} and r.time_to_rate_bin is not null and ($4::text is null or r.engine = $4)`;
  return [buckets, isShifted(filter) ? BINS_OF_MOVED_HOURS : '', rests.length > 0 ? facts : ''].join('\n');
}

const LOW = 'passed > floor((total - 1) / 2)';
const HIGH = 'passed > ceil((total - 1) / 2)';
const RANK = medianRankSql('total');
const LEAST = `${RANK} >= 0 and passed > ${RANK}`;
const MOST = `${RANK} >= 0 and passed > total - 1 - ${RANK}`;

/** The days of a range on which anybody rated: the hours of all others need not be looked at. */
async function ratedDays(sql: Sql, range: Range): Promise<Range> {
  const [row] = await sql.query<{ first: Date | null; last: Date | null }>(
    'select min(rated_at) as first, max(rated_at) as last from picly.ratings where rated_at >= $1::timestamptz and rated_at < $2::timestamptz',
    [new Date(range.from).toISOString(), new Date(range.to).toISOString()],
  );
  if (!row?.first || !row.last) return { from: range.from, to: range.from };
  const dayOf = (at: Date): number => Math.floor(at.getTime() / DAY_MS) * DAY_MS;
  return { from: Math.max(range.from, dayOf(row.first)), to: Math.min(range.to, dayOf(row.last) + DAY_MS) };
}

/** The bins that hold the two middle ranks of each group, and the bounds of its median. */
async function middleBins(sql: Sql, asked: SummaryFilter): Promise<(Key & MiddleBins)[]> {
  const filter = isShifted(asked) ? { ...asked, range: await ratedDays(sql, asked.range) } : asked;
  const cover = coverOf(filter.range, isTimed(filter.grouping) ? [1440] : [11_520, 1440]);
  const keys = keysOf(filter.grouping).join(', ');
  return sql.query(
    `with ${isShifted(filter) ? MOVED_HOURS : ''}counted as (${countedBins(filter, cover)}),
     bins as (
       select ${selectKeys(filter.grouping, BIN, filter.weekStart)}bin, sum(n) as n from counted where $5::text is not null group by ${keys && `${keys}, `}bin
     ), ranked as (
       select *, sum(n) over (${keys && `partition by ${keys} `}order by bin) as passed, sum(n) over (${keys && `partition by ${keys}`}) as total from bins
     )
     select ${keys && `${keys}, `}min(bin) filter (where ${LOW}) as low, (floor((max(total) - 1) / 2) - min(passed - n) filter (where ${LOW}))::int as low_place,
       min(bin) filter (where ${HIGH}) as high, (ceil((max(total) - 1) / 2) - min(passed - n) filter (where ${HIGH}))::int as high_place,
       min(bin) filter (where ${LEAST}) as least, min(bin) filter (where ${MOST}) as most
     from ranked where n > 0${groupByKeys(filter.grouping)}`,
    parametersOf(filter, cover),
  );
}

interface BinValues {
  readonly bin: number;
  /** Ascending. */
  readonly ms: readonly number[];
}

/** The times in some bins, by the name of their group and the bin. */
async function valuesOf(sql: Sql, filter: SummaryFilter, bins: readonly number[]): Promise<Map<string, readonly number[]>> {
  const keys = keysOf(filter.grouping);
  const rows = await sql.query<Key & BinValues>(
    `select ${selectKeys(filter.grouping, FACT, filter.weekStart)}r.time_to_rate_bin as bin,
       array_agg(r.time_to_rate_ms::float8 order by r.time_to_rate_ms) as ms
     from picly.ratings r where r.time_to_rate_bin = any ($5::int[]) and ${IN_RANGE} group by ${[...keys, 'bin'].join(', ')}`,
    [...factParameters(filter), bins],
  );
  return new Map(rows.map((row) => [placeOf(nameOf(keys, row), row.bin), row.ms]));
}

const placeOf = (name: string, bin: number): string => `${name} ${bin}`;

function medianOfBins({ low, high, least, most }: MiddleBins, exactMs: number | undefined): Median {
  return {
    median_time_to_rate: seconds(exactMs ?? (valueOfLogBin(low) + valueOfLogBin(high)) / 2),
    median_time_to_rate_lower: least === null ? 0 : seconds(lowerEdgeOfLogBin(least)),
    median_time_to_rate_upper: most === null ? null : seconds(upperEdgeOfLogBin(most)),
    median_time_to_rate_method: exactMs === undefined ? 'histogram_within_1_percent' : 'exact',
  };
}

type MedianOf = (row: Key) => Median;

async function tagMedians(sql: Sql, filter: SummaryFilter): Promise<MedianOf> {
  const keys = keysOf(filter.grouping);
  const rows = await mediansByTag(sql, filter);
  const found = new Map(rows.map((row) => [nameOf(keys, row), exactMedian(row)]));
  return (row) => found.get(nameOf(keys, row)) ?? NO_TIMES;
}

/** The histogram tells which bins hold the middle; the values of these are all that has to be sorted. */
async function histogramMedians(sql: Sql, filter: SummaryFilter, isExact: boolean): Promise<MedianOf> {
  const keys = keysOf(filter.grouping);
  const rows = await middleBins(sql, filter);
  const found = new Map(rows.map((row) => [nameOf(keys, row), row]));
  const bins = [...new Set(rows.flatMap(({ low, high }) => [low, high]))];
  const values = isExact ? await valuesOf(sql, filter, bins) : new Map<string, readonly number[]>();
  return (row) => {
    const name = nameOf(keys, row);
    const middle = found.get(name);
    if (middle === undefined) return NO_TIMES;
    const lower = values.get(placeOf(name, middle.low))?.[middle.low_place];
    const upper = values.get(placeOf(name, middle.high))?.[middle.high_place];
    // Also when ratings came between the two questions.
    return medianOfBins(middle, lower === undefined || upper === undefined ? undefined : (lower + upper) / 2);
  };
}

/**
 * Finds the median time to rate of each row of a summary. `timed` is the number of ratings with a time among those summed;
 * `exactUpTo` the number up to which it is the median that percentile_cont finds.
 */
export async function medians(sql: Sql, filter: SummaryFilter, timed: number, exactUpTo: number): Promise<MedianOf> {
  if (timed === 0) return () => NO_TIMES;
  if (filter.grouping !== 'tag') return histogramMedians(sql, filter, timed <= exactUpTo);
  return timed <= Math.min(exactUpTo, TAGS_EXACT_UP_TO) ? tagMedians(sql, filter) : () => OMITTED;
}
