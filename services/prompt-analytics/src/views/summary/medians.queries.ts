import type { Sql } from '@picly/database';
import { valueOfLogBin } from '@picly/statistics';
import { groupByKeys, selectKeys, type GroupSource, type RatingGrouping } from './grouping.queries';
import { isInRests, isTimed, parametersOf, PIECES, type SummaryFilter } from './sums.queries';
import { coverOf, type Cover } from './time-cover';

/** Up to so many times to rate are sorted; beyond, the histogram answers. */
export const EXACT_UP_TO = 10_000;

/** How a median was found: by percentile_cont over the values, within 1 % from a histogram, or not at all. */
export type MedianMethod = 'exact' | 'histogram_within_1_percent' | 'omitted';

export interface Median {
  /** Seconds; null when nobody's time is known. */
  readonly median_time_to_rate: number | null;
  readonly median_time_to_rate_method: MedianMethod;
}

const NO_TIMES: Median = { median_time_to_rate: null, median_time_to_rate_method: 'exact' };
export const OMITTED: Median = { median_time_to_rate: null, median_time_to_rate_method: 'omitted' };

const FACT: GroupSource = {
  engine: 'g.engine',
  modelVersion: 'g.model_version',
  local: '(r.rated_at at time zone $4)',
  tag: 't.tag',
  promptHash: 'g.prompt_hash',
};
const MS_PER_SECOND = 1000;

type Key = object;

/** The name of a row of a grouping, to find its median by. */
export function nameOf(keys: readonly string[], row: Key): string {
  const values = new Map<string, unknown>(Object.entries(row));
  return JSON.stringify(keys.map((key) => values.get(key) ?? null));
}

function needsGeneration({ grouping, engine }: SummaryFilter): boolean {
  return engine !== undefined || /engine|prompt/.test(grouping);
}

/** Medians of the times of all ratings in the range. */
async function exactMedians(sql: Sql, filter: SummaryFilter): Promise<(Key & { readonly ms: number })[]> {
  const { range, engine, grouping, weekStart, timeZone } = filter;
  return sql.query(
    `select ${selectKeys(grouping, FACT, weekStart)}percentile_cont(0.5) within group (order by r.time_to_rate_ms) as ms
     from picly.ratings r ${needsGeneration(filter) ? 'join picly.generations g using (generation_id)' : ''}
       ${grouping === 'tag' ? 'cross join unnest(r.tags) as t (tag)' : ''}
     where r.rated_at >= $1::timestamptz and r.rated_at < $2::timestamptz and r.time_to_rate_ms is not null
       and ${engine === undefined ? '$3::text is null' : 'g.engine = $3'} and $4::text is not null${groupByKeys(grouping)}`,
    [new Date(range.from).toISOString(), new Date(range.to).toISOString(), engine ?? null, timeZone],
  );
}

const BIN: GroupSource = { engine: 'engine', modelVersion: 'model_version', local: 'local', tag: 'null', promptHash: 'null' };

interface MiddleBins {
  readonly low: number;
  readonly high: number;
}

/** Whether the rows asked for are of days that begin at another time than the days of UTC, by which histograms are kept. */
function isShifted({ grouping, timeZone }: SummaryFilter): boolean {
  return isTimed(grouping) && timeZone !== 'UTC' && timeZone !== 'Etc/UTC';
}

/** The ratings, with what is known of their generations where that matters. */
function ratingsWithEngine(filter: SummaryFilter): string {
  return needsGeneration(filter)
    ? 'picly.ratings r join picly.generations g using (generation_id)'
    : `picly.ratings r cross join (values ('', '')) as g (engine, model_version)`;
}

/**
 * UTC days stand for the days of a zone; the hours of each that belong to another date there are moved. They are counted from
 * the facts: one or two hours a day for most of Europe.
 */
function movedHours(filter: SummaryFilter): string {
  return `slots as materialized (
      select slot as starts, (slot at time zone 'UTC')::date as utc_date, (slot at time zone $5)::date as zone_date
      from ${PIECES} cross join generate_series(piece.starts, piece.ends - interval '15 minutes', interval '15 minutes') as slot
    ), hours as materialized (
      select min(starts) as starts, max(starts) + interval '15 minutes' as ends, utc_date, zone_date
      from slots where utc_date <> zone_date group by utc_date, zone_date
    ), moved as materialized (
      select h.utc_date, h.zone_date, g.engine, g.model_version, r.time_to_rate_bin as bin, count(*) as n
      from hours h, ${ratingsWithEngine(filter)}
      where r.rated_at >= h.starts and r.rated_at < h.ends and r.time_to_rate_bin is not null and ($4::text is null or g.engine = $4)
      group by 1, 2, 3, 4, 5
    ), `;
}

const BINS_OF_MOVED_HOURS = `union all
  select place.date::timestamp, moved.engine, moved.model_version, moved.bin, place.sign * moved.n
  from moved cross join lateral (values (utc_date, -1), (zone_date, 1)) as place (date, sign)`;

/** The bins of everything in the range with what the clocks showed. */
function countedBins(filter: SummaryFilter, { rests }: Cover): string {
  const buckets = `select b.starts_at at time zone 'UTC' as local, b.engine, b.model_version, b.bin, b.n
    from ${PIECES} join picly.time_to_rate_bins b on b.grain_minutes = piece.grain and b.starts_at >= piece.starts and b.starts_at < piece.ends
    where ($4::text is null or b.engine = $4)`;
  const facts = `union all
    select r.rated_at at time zone $5, g.engine, g.model_version, r.time_to_rate_bin, 1
    from ${ratingsWithEngine(filter)}
    where ${isInRests(rests, 'r.rated_at')} and r.time_to_rate_bin is not null and ($4::text is null or g.engine = $4)`;
  return [buckets, isShifted(filter) ? BINS_OF_MOVED_HOURS : '', rests.length > 0 ? facts : ''].join('\n');
}

/** The bins that hold the two middle ranks of each group. */
async function middleBins(sql: Sql, filter: SummaryFilter): Promise<(Key & MiddleBins)[]> {
  const cover = coverOf(filter.range, isTimed(filter.grouping) ? [1440] : [11_520, 1440]);
  const keys = groupByKeys(filter.grouping).replace(' group by ', '');
  return sql.query(
    `with ${isShifted(filter) ? movedHours(filter) : ''}counted as (${countedBins(filter, cover)}),
     bins as (
       select ${selectKeys(filter.grouping, BIN, filter.weekStart)}bin, sum(n) as n from counted where $5::text is not null group by ${keys && `${keys}, `}bin
     ), ranked as (
       select *, sum(n) over (${keys && `partition by ${keys} `}order by bin) as passed, sum(n) over (${keys && `partition by ${keys}`}) as total from bins
     )
     select ${keys && `${keys}, `}min(bin) filter (where passed > (total - 1) / 2) as low, min(bin) filter (where passed > ceil((total - 1) / 2)) as high
     from ranked where n > 0${groupByKeys(filter.grouping)}`,
    parametersOf(filter, cover),
  );
}

const seconds = (ms: number): number => ms / MS_PER_SECOND;

function medianOfBins({ low, high }: MiddleBins): Median {
  return {
    median_time_to_rate: seconds((valueOfLogBin(low) + valueOfLogBin(high)) / 2),
    median_time_to_rate_method: 'histogram_within_1_percent',
  };
}

/** There are no histograms of these: their medians are only given as long as they can be exact. */
const WITHOUT_HISTOGRAM: ReadonlySet<RatingGrouping> = new Set(['tag']);

/**
 * Finds the median time to rate of each row of a summary. `timed` is the number of ratings with a time among those summed;
 * `exactUpTo` the number that is still sorted.
 */
export async function medians(sql: Sql, filter: SummaryFilter, timed: number, exactUpTo: number): Promise<(row: Key) => Median> {
  const keys = groupByKeys(filter.grouping).replace(' group by ', '').split(', ').filter(Boolean);
  if (timed === 0) return () => NO_TIMES;
  if (timed <= exactUpTo) {
    const rows = await exactMedians(sql, filter);
    const found = new Map(rows.map((row) => [nameOf(keys, row), row.ms]));
    return (row) => {
      const ms = found.get(nameOf(keys, row));
      return ms === undefined ? NO_TIMES : { median_time_to_rate: seconds(ms), median_time_to_rate_method: 'exact' };
    };
  }
  if (WITHOUT_HISTOGRAM.has(filter.grouping)) return () => OMITTED;
  const rows = await middleBins(sql, filter);
  const found = new Map(rows.map((row) => [nameOf(keys, row), row]));
  return (row) => {
    const bins = found.get(nameOf(keys, row));
    return bins === undefined ? NO_TIMES : medianOfBins(bins);
  };
}
