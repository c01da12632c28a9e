import { COUNTS, SQUARE_UNITS } from './model-sums';

/** What makes a group: an engine's model version, an engine, or everything. */
export type Grouping = 'engine,model_version' | 'engine' | 'total';

const COLUMNS = ['currency', ...COUNTS, 'quality_sum'].join(', ');

/** Squares are null in rows that an older version wrote: then the sum of all is not known either, and must not be that of the others. */
const sumOf = (column: string): string =>
  column === 'quality_squares' ? `case when count(*) = count(${column}) then sum(${column})::bigint end` : `sum(${column})::bigint`;

const groupOf = (grouping: Grouping, alias: string): string =>
  [
    `${grouping === 'total' ? `''` : `${alias}.engine`} as engine`,
    `${grouping === 'engine,model_version' ? `${alias}.model_version` : `''`} as model_version`,
  ].join(', ');

/** A single call with its ratings, in the columns of the sums. */
const CALL_AS_SUMS = `c.currency, 1 as calls, c.success::int as successes, (not c.success)::int as failures, c.cost_micros, c.revenue_micros,
  q.r1, q.r2, q.r3, q.r4, q.r5, q.quality_count, q.quality_squares, q.rated as rated_calls, q.rated * c.cost_micros as rated_cost_micros, q.well_rated as well_rated_calls,
  q.quality_sum`;
const RATINGS_OF_CALL = `lateral (
  select count(*) filter (where rating = 1) as r1, count(*) filter (where rating = 2) as r2, count(*) filter (where rating = 3) as r3,
    count(*) filter (where rating = 4) as r4, count(*) filter (where rating = 5) as r5, count(quality_score) as quality_count,
    coalesce(sum(quality_score), 0) as quality_sum, coalesce(sum(round(quality_score * quality_score * ${SQUARE_UNITS})), 0) as quality_squares, (count(*) > 0)::int as rated,
    (count(*) > 0 and sum(rating) >= 4 * count(*))::int as well_rated
  from picly.call_ratings r where r.generation_id = c.call_id and c.is_generation) q`;

/**
 * Sums and failure causes of a range: $1, $2 = first and end of whole days, $3, $4 = quarter hours, $5, $6 = ends counted call by
 * call, $7 = engine or null, $8 = time zone of the days when these are asked for.
 */
export function sumsSql(grouping: Grouping, byDay: boolean): string {
  const time = (expression: string): string => (byDay ? `${expression} as day, ` : '');
  const local = (at: string): string => time(`(${at} at time zone $8)::date`);
  const key = `${byDay ? 'day, ' : ''}engine, model_version`;
  const parts = (columns: string, days: string, slots: string, calls: string): string => `
    select ${time('d.day')}${groupOf(grouping, 'd')}, ${columns} from picly.${days} d where d.day >= $1::date and d.day < $2::date and ($7::text is null or d.engine = $7)
    union all
    select ${local('s.slot')}${groupOf(grouping, 's')}, ${columns} from unnest($3::timestamptz[], $4::timestamptz[]) as part(a, b)
      join picly.${slots} s on s.slot >= part.a and s.slot < part.b where ($7::text is null or s.engine = $7)
    union all
    select ${local('c.occurred_at')}${groupOf(grouping, 'c')}, ${calls}`;
  const calls = `from unnest($5::timestamptz[], $6::timestamptz[]) as part(a, b)
      join picly.calls c on c.occurred_at >= part.a and c.occurred_at < part.b`;
  return `with sums as (
    select ${key}, currency, ${COUNTS.map((column) => `${sumOf(column)} as ${column}`).join(', ')}, trim_scale(sum(quality_sum)) as quality_sum
    from (${parts(COLUMNS, 'model_performance', 'model_performance_slots', `${CALL_AS_SUMS} ${calls} cross join ${RATINGS_OF_CALL}`)}
      where c.engine is not null and ($7::text is null or c.engine = $7)) as part
    group by ${key}, currency
  ), causes as (
    select ${key}, cause, sum(n)::bigint as n
    from (${parts('cause, n', 'failure_causes', 'failure_cause_slots', `c.failure_cause as cause, 1 as n ${calls}`)}
      where c.failure_cause is not null and c.engine is not null and ($7::text is null or c.engine = $7)) as part
    group by ${key}, cause
  )
  select ${byDay ? 'sums.day, ' : ''}sums.engine, sums.model_version, ${COLUMNS}, failures_by_cause
  from sums left join (select ${key}, json_object_agg(cause, n order by cause) as failures_by_cause from causes group by ${key}) c using (${key})
  order by ${key}, currency`;
}

/**
 * p50, p95 and p99 per group by the rule of percentile_cont. The histogram of the range tells which bin holds a rank; only the
 * calls of those bins are read, through an index. Above $12 calls the bins themselves are the answer, and of the bounds they always are.
 * $1, $2 = whole months, $3, $4, $5 = signed days, $6, $7, $8 = signed ends counted call by call, $9 = engine or null,
 * $10, $11 = the range.
 */
export function percentilesSql(grouping: Grouping): string {
  return `with counted as (
    select m.engine, m.model_version, m.bin, m.n::float8 as n from picly.duration_histogram_months m
    where m.month >= $1::date and m.month < $2::date and ($9::text is null or m.engine = $9)
    union all
    select d.engine, d.model_version, d.bin, d.n::float8 * part.sign
    from unnest($3::timestamptz[], $4::timestamptz[], $5::int[]) as part(a, b, sign)
      join picly.duration_histogram d on d.day >= (part.a at time zone 'UTC')::date and d.day < (part.b at time zone 'UTC')::date
    where ($9::text is null or d.engine = $9)
    union all
    select c.engine, c.model_version, c.duration_bin, part.sign from unnest($6::timestamptz[], $7::timestamptz[], $8::int[]) as part(a, b, sign)
      join picly.calls c on c.occurred_at >= part.a and c.occurred_at < part.b
    where c.engine is not null and ($9::text is null or c.engine = $9)
  ), histogram as materialized (
    select engine as of_engine, model_version as of_version, ${groupOf(grouping, 'counted')}, bin, sum(n) as n
    from counted group by 1, 2, 3, 4, bin having sum(n) > 0
  ), bins as materialized (
    select engine, model_version, bin, n, sum(n) over (w order by bin) - n as below, sum(n) over (w) as total
    from (select engine, model_version, bin, sum(n) as n from histogram group by 1, 2, 3) b
    window w as (partition by engine, model_version)
  ), few as materialized (
    select coalesce(sum(n), 0) <= $12 as exact from bins
  ), picks as materialized (
    select b.engine, b.model_version, b.bin, p, p * (b.total - 1) - floor(p * (b.total - 1)) as fraction,
      (floor(p * (b.total - 1)) + step - b.below)::int as place, step = 0 as is_lower
    from bins b cross join unnest(array[0.5, 0.95, 0.99]::float8[]) as p cross join (values (0), (1)) as nearest(step)
    where floor(p * (b.total - 1)) + step >= b.below and floor(p * (b.total - 1)) + step < b.below + b.n and (select exact from few)
  ), wanted as materialized (
    select row_number() over () as id, engine, model_version, bin from (select distinct engine, model_version, bin from picks) w
  ), held as materialized (
    select w.id, array_agg(c.response_time_ms order by c.response_time_ms) as ms
    from wanted w join histogram h using (engine, model_version, bin)
      join picly.calls c on c.engine = h.of_engine and c.model_version = h.of_version and c.duration_bin = h.bin
    where c.occurred_at >= $10::timestamptz and c.occurred_at < $11::timestamptz
    group by w.id
  ), values_at as (
    select engine, model_version, p, fraction,
      max(ms[place + 1]) filter (where is_lower) as lower, max(ms[place + 1]) filter (where not is_lower) as upper
    from picks join wanted using (engine, model_version, bin) join held using (id)
    group by 1, 2, 3, 4
  )
  select engine, model_version, ms, bins
  from (select engine, model_version, json_agg(json_build_array(bin, n) order by bin) as bins from bins group by 1, 2) histograms
    left join (select engine, model_version, array_agg(lower + (coalesce(upper, lower) - lower) * fraction order by p) as ms from values_at group by 1, 2) found
      using (engine, model_version)`;
}

/** One engine's calls find its index; all engines' are those that have one. */
const ofEngine = (isOne: boolean): string => (isOne ? 'c.engine = $3' : 'c.engine is not null and $3::text is null');

/** Exact percentiles of days: $1, $2 = the range, $3 = the engine, or null for all, $4 = time zone. */
export function engineDayPercentilesSql(grouping: Grouping, isOne: boolean): string {
  return `select (c.occurred_at at time zone $4)::date as day, ${groupOf(grouping, 'c')},
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by c.response_time_ms) as ms
  from picly.calls c
  where c.occurred_at >= $1::timestamptz and c.occurred_at < $2::timestamptz and ${ofEngine(isOne)}
  group by 1, 2, 3`;
}

/** The histograms of days, counted from their calls; parameters as above. */
export function sketchSql(grouping: Grouping, isOne: boolean): string {
  return `select (c.occurred_at at time zone $4)::date as day, ${groupOf(grouping, 'c')}, c.duration_bin as bin, count(*) as count
  from picly.calls c
  where c.occurred_at >= $1::timestamptz and c.occurred_at < $2::timestamptz and ${ofEngine(isOne)}
  group by 1, 2, 3, 4`;
}
