import type { Sql } from '@picly/database';
import { LOG_HISTOGRAM_ERROR, valueOfLogBin, ZERO_BIN } from '@picly/statistics';
import { groupByKeys, selectKeys, type GroupSource, type RatingGrouping } from './grouping.queries';
import { grainsOf, isInRests, isTimed, parametersOf, PIECES, type SummaryFilter } from './sums.queries';
import { coverOf } from './time-cover';

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
  at: 'r.rated_at',
  tag: 't.tag',
  promptHash: 'g.prompt_hash',
  zone: '$4',
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
const BIN: GroupSource = { engine: 'engine', modelVersion: 'model_version', at: 'at', tag: 'null', promptHash: 'null', zone: '$5' };

interface MiddleBins {
  readonly low: number;
  readonly high: number;
}

/** Histograms are kept by hours, days and eight days; the last fit where rows are not about times. */
function histogramGrainsOf(filter: SummaryFilter): readonly number[] {
  const fitting = grainsOf(filter).filter((grain) => grain >= 60);
  return isTimed(filter.grouping) ? fitting : [11_520, ...fitting];
}

/** The bins that hold the two middle ranks of each group. */
async function middleBins(sql: Sql, filter: SummaryFilter): Promise<(Key & MiddleBins)[]> {
  const { grouping, weekStart } = filter;
  const cover = coverOf(filter.range, histogramGrainsOf(filter));
  const facts = `union all
    select r.rated_at, g.engine, g.model_version, ${BIN_OF_FACT}, 1
    from picly.ratings r join picly.generations g using (generation_id)
    where ${isInRests(cover.rests, 'r.rated_at')} and r.time_to_rate_ms is not null and ($4::text is null or g.engine = $4)`;
  const keys = groupByKeys(grouping).replace(' group by ', '');
  return sql.query(
    `with counted as (
       select b.starts_at as at, b.engine, b.model_version, b.bin, b.n
       from ${PIECES} join picly.time_to_rate_bins b on b.grain_minutes = piece.grain and b.starts_at >= piece.starts and b.starts_at < piece.ends
       where ($4::text is null or b.engine = $4)
       ${cover.rests.length > 0 ? facts : ''}
     ), bins as (
       select ${selectKeys(grouping, BIN, weekStart)}bin, sum(n) as n from counted where $5::text is not null group by ${keys && `${keys}, `}bin
     ), ranked as (
       select *, sum(n) over (${keys && `partition by ${keys} `}order by bin) as passed, sum(n) over (${keys && `partition by ${keys}`}) as total from bins
     )
     select ${keys && `${keys}, `}min(bin) filter (where passed > (total - 1) / 2) as low, min(bin) filter (where passed > ceil((total - 1) / 2)) as high
     from ranked where n > 0${groupByKeys(grouping)}`,
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
