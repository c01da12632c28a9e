import type { Sql } from '@picly/database';
import { LOG_HISTOGRAM_ERROR, valueOfLogBin, ZERO_BIN } from '@picly/statistics';
import { groupByKeys, selectKeys, type GroupSource, type RatingGrouping } from './grouping.queries';
import { grainsOf, isInRests, isTimed, parametersOf, PIECES, type SummaryFilter } from './sums.queries';
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

const GAMMA = (1 + LOG_HISTOGRAM_ERROR) / (1 - LOG_HISTOGRAM_ERROR);
const BIN_OF_FACT = `case when r.time_to_rate_ms = 0 then ${ZERO_BIN} else ceil(ln(r.time_to_rate_ms::float8) / ln(${GAMMA}::float8))::int end`;
const BIN: GroupSource = { engine: 'engine', modelVersion: 'model_version', local: 'local', tag: 'null', promptHash: 'null' };

interface MiddleBins {
  readonly low: number;
  readonly high: number;
}

/** Whether the days asked for are those of a zone whose midnights are at whole hours of UTC, but not at its midnight. */
function isShiftedByHours(filter: SummaryFilter): boolean {
  return isTimed(filter.grouping) && grainsOf(filter)[0] === 60;
}

/** Histograms are kept by hours, days and eight days; the last fit where rows are not about times. */
function histogramGrainsOf(filter: SummaryFilter): readonly number[] {
  if (!isTimed(filter.grouping)) return [11_520, 1440, 60];
  return isShiftedByHours(filter) ? [1440, 60] : grainsOf(filter).filter((grain) => grain >= 60);
}

/**
 * UTC days stand for the days of a zone, and the hours that belong to another date there are moved: one hour a day of most
 * of Europe instead of 24.
 */
const MOVED_HOURS = `moved as materialized (
  select hour.starts, place.local, place.sign
  from ${PIECES}
    cross join generate_series(piece.starts, piece.ends - interval '1 hour', interval '1 hour') as hour (starts)
    cross join lateral (values (hour.starts at time zone 'UTC', -1), (hour.starts at time zone $5, 1)) as place (local, sign)
  where piece.grain = 1440 and (hour.starts at time zone 'UTC')::date <> (hour.starts at time zone $5)::date
)`;
const BINS_OF_MOVED_HOURS = `union all
  select moved.local, b.engine, b.model_version, b.bin, moved.sign * b.n
  from moved join picly.time_to_rate_bins b on b.grain_minutes = 60 and b.starts_at = moved.starts
  where ($4::text is null or b.engine = $4)`;

/** The bins of everything in the range with what the clocks showed. */
function countedBins(filter: SummaryFilter, { rests }: Cover): string {
  const shifted = isShiftedByHours(filter);
  const buckets = `select ${shifted ? `b.starts_at at time zone (case when piece.grain = 60 then $5 else 'UTC' end)` : 'b.starts_at at time zone $5'} as local,
      b.engine, b.model_version, b.bin, b.n
    from ${PIECES} join picly.time_to_rate_bins b on b.grain_minutes = piece.grain and b.starts_at >= piece.starts and b.starts_at < piece.ends
    where ($4::text is null or b.engine = $4)`;
  const facts = `union all
    select r.rated_at at time zone $5, g.engine, g.model_version, ${BIN_OF_FACT}, 1
    from picly.ratings r join picly.generations g using (generation_id)
    where ${isInRests(rests, 'r.rated_at')} and r.time_to_rate_ms is not null and ($4::text is null or g.engine = $4)`;
  return [buckets, shifted ? BINS_OF_MOVED_HOURS : '', rests.length > 0 ? facts : ''].join('\n');
}

/** The bins that hold the two middle ranks of each group. */
async function middleBins(sql: Sql, filter: SummaryFilter): Promise<(Key & MiddleBins)[]> {
  const cover = coverOf(filter.range, histogramGrainsOf(filter));
  const keys = groupByKeys(filter.grouping).replace(' group by ', '');
  return sql.query(
    `with ${isShiftedByHours(filter) ? `${MOVED_HOURS}, ` : ''}counted as (${countedBins(filter, cover)}),
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
