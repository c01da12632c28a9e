import type { Sql } from '@picly/database';
import { QUALITY_UNITS_PER_POINT, SQUARE_UNITS } from '../../projection/measures';
import { groupByKeys, keysOf, orderByKeys, selectKeys, type GroupSource, type RatingGrouping, type WeekStart } from './grouping.queries';
import { coverOf, grainsWithinDays, type Cover, type Piece, type Range } from './time-cover';

/** What a summary is asked about. */
export interface SummaryFilter<Grouping extends RatingGrouping = RatingGrouping> {
  readonly range: Range;
  readonly grouping: Grouping;
  readonly engine?: string;
  readonly timeZone: string;
  readonly weekStart: WeekStart;
}

const RATING_SUMS = ['r1', 'r2', 'r3', 'r4', 'r5', 'quality_count', 'quality_nanos', 'quality_squares', 'feedback_count', 'timed_count'];
/** Sums that outgrow what a double holds exactly arrive as text. */
const NUMERIC_SUMS: readonly string[] = ['quality_nanos', 'quality_squares'];
const ACTION_SUMS = [
  'generations',
  'downloaded',
  'shared',
  'edited',
  'regenerated',
  'used',
  'downloads',
  'shares',
  'edits',
  'regenerations',
  'uses',
];

const BUCKET: GroupSource = {
  engine: 'engine',
  modelVersion: 'model_version',
  local: '(starts_at at time zone $5)',
  tag: 'tag',
  promptHash: 'null',
};

/** The pieces among the parameters. */
export const PIECES = 'unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as piece (grain, starts, ends)';

/** A rating in the columns of the buckets. */
const RATING_AS_SUMS = `(r.rating = 1)::int as r1, (r.rating = 2)::int as r2, (r.rating = 3)::int as r3, (r.rating = 4)::int as r4, (r.rating = 5)::int as r5,
  (r.quality_score is not null)::int as quality_count, coalesce(round(r.quality_score * ${QUALITY_UNITS_PER_POINT}), 0)::int8 as quality_nanos,
  coalesce(round(r.quality_score * r.quality_score * ${SQUARE_UNITS}), 0)::int8 as quality_squares,
  (coalesce(r.feedback, '') <> '')::int as feedback_count, (r.time_to_rate_ms is not null)::int as timed_count`;

const isDone = (count: string): string => `(g.${count} > 0)::int`;
const isAction = (action: string): string => `(a.action = '${action}')::int`;

/** Generations and actions in the columns of the buckets. */
const GENERATION_AS_SUMS = `1, ${['downloads', 'shares', 'edits', 'regenerations', 'uses'].map(isDone).join(', ')}, 0, 0, 0, 0, 0`;
const ACTION_AS_SUMS = `0, 0, 0, 0, 0, 0, ${['download', 'share', 'edit', 'regenerate', 'use'].map(isAction).join(', ')}`;

function rowsOf(table: string, columns: readonly string[], extra: string): string {
  return `select b.starts_at, b.engine, b.model_version${extra && ', b.tag'}, ${columns.map((column) => `b.${column}`).join(', ')}
    from ${PIECES} join picly.${table} b on b.grain_minutes = piece.grain and b.starts_at >= piece.starts and b.starts_at < piece.ends
    where ($4::text is null or b.engine = $4)`;
}

/**
 * True of instants in the rests of a cover. Each rest has parameters of its own, from $6 on, so that the planner knows how short
 * it is.
 */
export function isInRests(rests: readonly Piece[], at: string): string {
  return `(${rests.map((_, i) => `(${at} >= $${6 + 2 * i}::timestamptz and ${at} < $${7 + 2 * i}::timestamptz)`).join(' or ')})`;
}

function ratingFacts(rests: readonly Piece[], withTag: boolean): string {
  return `union all
    select r.rated_at, r.engine, r.model_version${withTag ? ', t.tag' : ''}, ${RATING_AS_SUMS}
    from picly.ratings r ${withTag ? 'cross join unnest(r.tags) as t (tag)' : ''}
    where ${isInRests(rests, 'r.rated_at')} and ($4::text is null or r.engine = $4)`;
}

function actionFacts(rests: readonly Piece[]): string {
  return `union all
    select g.occurred_at, g.engine, g.model_version, ${GENERATION_AS_SUMS}
    from picly.generations g where ${isInRests(rests, 'g.occurred_at')} and g.known and ($4::text is null or g.engine = $4)
    union all
    select a.occurred_at, g.engine, g.model_version, ${ACTION_AS_SUMS}
    from picly.generation_actions a join picly.generations g using (generation_id)
    where ${isInRests(rests, 'a.occurred_at')} and ($4::text is null or g.engine = $4)`;
}

/** Squares are null in rows that an older version wrote: then the sum of all is not known either, and must not be that of the others. */
const sumOf = (column: string): string =>
  column === 'quality_squares' ? `case when count(*) = count(${column}) then sum(${column}) end` : `coalesce(sum(${column}), 0)`;

function sumsSql(filter: SummaryFilter, columns: readonly string[], rows: string): string {
  const sums = columns.map((column) => `(${sumOf(column)})::${NUMERIC_SUMS.includes(column) ? 'numeric' : 'int8'} as ${column}`);
  return `select ${selectKeys(filter.grouping, BUCKET, filter.weekStart)}${sums.join(', ')}
    from (${rows}) as row where $5::text is not null${groupByKeys(filter.grouping)}${orderByKeys(filter.grouping)}`;
}

/** Whether rows are about days, weeks or months. */
export const isTimed = (grouping: RatingGrouping): boolean =>
  keysOf(grouping).some((key) => key === 'day' || key === 'week' || key === 'month');

/** The lengths of buckets that fit the rows asked for, longest first. */
function grainsOf({ range, grouping, timeZone }: SummaryFilter): readonly number[] {
  if (grouping === 'tag') return [1440, 60];
  return isTimed(grouping) ? grainsWithinDays(timeZone, range) : [1440, 60, 15];
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The parameters of a query that adds up pieces: lengths, beginnings, ends, engine, zone, then both ends of each rest. */
export function parametersOf(filter: SummaryFilter, { buckets, rests }: Cover): unknown[] {
  return [
    buckets.map(({ grainMinutes }) => grainMinutes),
    buckets.map(({ from }) => iso(from)),
    buckets.map(({ to }) => iso(to)),
    filter.engine ?? null,
    filter.timeZone,
    ...rests.flatMap(({ from, to }) => [iso(from), iso(to)]),
  ];
}

/** Sums of ratings by when they were given; `tag` counts a rating once for each of its tags. */
export async function ratingSums<Row extends object>(sql: Sql, filter: SummaryFilter): Promise<Row[]> {
  const cover = coverOf(filter.range, grainsOf(filter));
  const withTag = filter.grouping === 'tag';
  const buckets = rowsOf(withTag ? 'tag_buckets' : 'rating_buckets', RATING_SUMS, withTag ? 'tag' : '');
  const rows = cover.rests.length > 0 ? `${buckets} ${ratingFacts(cover.rests, withTag)}` : buckets;
  return sql.query<Row>(sumsSql(filter, RATING_SUMS, rows), parametersOf(filter, cover));
}

/** Sums of generations by when they were made, and of actions by when they were taken. */
export async function actionSums<Row extends object>(sql: Sql, filter: SummaryFilter): Promise<Row[]> {
  const cover = coverOf(filter.range, grainsOf(filter));
  const buckets = rowsOf('rating_buckets', ACTION_SUMS, '');
  const rows = cover.rests.length > 0 ? `${buckets} ${actionFacts(cover.rests)}` : buckets;
  return sql.query<Row>(sumsSql(filter, ACTION_SUMS, rows), parametersOf(filter, cover));
}
