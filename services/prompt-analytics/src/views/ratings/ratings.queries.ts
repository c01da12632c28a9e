import type { Sql } from '@picly/database';
import { decodeCursor, encodeCursor, pageOf, type ListPage } from '@picly/platform';
import { ratingRow, type RatingRecord, type RatingRow } from './rating-row';

export interface RatingsFilter {
  readonly generationId?: string;
  /** Of the rater; of a generation nobody has rated, of whoever made it. */
  readonly userId?: string;
  readonly engine?: string;
  /** When it was rated; a generation nobody has rated, when it was made. Milliseconds, half open. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly promptHash?: string;
  /** Stars, both ends included; leaves out what nobody has rated. */
  readonly minRating?: number;
  readonly maxRating?: number;
  readonly tag?: string;
  /** Only ratings that came with words. */
  readonly hasFeedback?: boolean;
  /** By when it was received; `received` = the oldest first. */
  readonly order?: RatingOrder;
  readonly limit: number;
  readonly cursor?: string;
}

export const RATING_ORDERS = ['received', 'newest'] as const;
export type RatingOrder = (typeof RATING_ORDERS)[number];

export interface HistoryRow {
  readonly generation_id: string;
  readonly event_id: string;
  readonly rating: number;
  readonly quality_score: number | null;
  readonly tags: readonly string[];
  readonly feedback: string | null;
  readonly time_to_rate: number | null;
  readonly rated_at: Date;
  readonly user_id: string | null;
  readonly session_id: string | null;
  /** Whether this one counts. */
  readonly current: boolean;
}

const GENERATION = `g.generation_id, g.known, g.prompt, g.prompt_hash, nullif(g.engine, '') as engine, nullif(g.model_version, '') as model_version,
  g.success, g.error, g.response_time_ms, g.cost_micros, g.revenue_micros, g.currency, g.image_url, g.parameters,
  g.user_id as generation_user_id, g.session_id as generation_session_id, g.context as generation_context, g.occurred_at,
  g.downloads, g.shares, g.edits, g.regenerations, g.uses`;
const RATING =
  'r.rater, r.rating, r.quality_score, r.tags, r.feedback, r.time_to_rate_ms, r.rated_at, r.revisions, r.user_id, r.session_id, r.context, r.recorded_at';
const NO_RATING = `null::text collate "C" as rater, null as rating, null as quality_score, null::text[] as tags, null as feedback, null::int8 as time_to_rate_ms, null::timestamptz as rated_at,
  null::int as revisions, g.user_id, g.session_id, null::json as context, g.recorded_at`;

interface Asked {
  readonly recordedMs: number | null;
  readonly generationId: string | null;
  readonly rater: string | null;
  readonly filter: RatingsFilter;
}

function placeBehind(cursor: string | undefined): readonly [number | null, string | null, string | null] {
  if (cursor === undefined) return [null, null, null];
  const [recordedMs, generationId, rater] = decodeCursor(cursor, ['number', 'string', 'string']);
  return [recordedMs, generationId.replace(/[^0-9a-f-]/gi, ''), rater];
}

/** Only the conditions asked for, so that each finds its index. */
function conditions(
  { filter, recordedMs }: Asked,
  columns: { readonly user: string; readonly at: string; readonly rater: string; readonly recorded: string },
): string {
  return [
    filter.generationId !== undefined && 'g.generation_id = $1::uuid',
    filter.userId !== undefined && `${columns.user} = $2`,
    filter.engine !== undefined && 'g.engine = $3',
    filter.fromMs !== undefined && `${columns.at} >= to_timestamp($4::float8 / 1000)`,
    // Nothing is received before it happens: the beginning holds for the index that the order is read from, too.
    filter.fromMs !== undefined && `${columns.recorded} >= to_timestamp($4::float8 / 1000)`,
    filter.toMs !== undefined && `${columns.at} < to_timestamp($5::float8 / 1000)`,
    filter.promptHash !== undefined && 'g.prompt_hash = $10',
    recordedMs !== null &&
      `(${columns.recorded}, g.generation_id, ${columns.rater}) ${filter.order === 'newest' ? '<' : '>'} (to_timestamp($7::float8 / 1000), $8::uuid, $9::text)`,
    'num_nulls($1::uuid, $2::text, $3::text, $4::float8, $5::float8, $7::float8, $8::uuid, $9::text, $10::text, $11::int, $12::int, $13::text) >= 0',
  ]
    .filter((condition) => condition !== false)
    .join(' and ');
}

/** What only a rating can have; none of it asked for = what nobody has rated counts too. */
function ratingConditions({ minRating, maxRating, tag, hasFeedback }: RatingsFilter): readonly string[] {
  return [
    minRating !== undefined && 'r.rating >= $11',
    maxRating !== undefined && 'r.rating <= $12',
    tag !== undefined && 'r.tags @> array[$13::text]',
    hasFeedback === true && `r.feedback <> ''`,
  ].filter((condition) => condition !== false);
}

function pageSql(asked: Asked): string {
  const own = ratingConditions(asked.filter);
  const rated = [conditions(asked, { user: 'r.user_id', at: 'r.rated_at', rater: 'r.rater', recorded: 'r.recorded_at' }), ...own].join(
    ' and ',
  );
  const down = asked.filter.order === 'newest' ? ' desc' : '';
  const ratings = `(select ${GENERATION}, ${RATING} from picly.ratings r join picly.generations g using (generation_id) where ${rated}
      order by r.recorded_at${down}, r.generation_id${down}, r.rater${down} limit $6)`;
  if (own.length > 0) return `select * from ${ratings} rated order by recorded_at${down}, generation_id${down}, rater${down} limit $6`;
  const unrated = conditions(asked, {
    user: 'g.user_id',
    at: 'coalesce(g.occurred_at, g.recorded_at)',
    rater: `''::text`,
    recorded: 'g.recorded_at',
  });
  return `${ratings}
    union all
    (select ${GENERATION}, ${NO_RATING} from picly.generations g
      where ${unrated} and not exists (select from picly.ratings r where r.generation_id = g.generation_id)
      order by g.recorded_at${down}, g.generation_id${down} limit $6)
    order by recorded_at${down}, generation_id${down}, rater${down === '' ? ' nulls first' : ' desc nulls last'} limit $6`;
}

/** The facts: one row per generation and rater, and one for each generation nobody has rated. */
export class RatingsQueries {
  constructor(private readonly sql: Sql) {}

  /** In the order in which they were received, so that what happened long ago and arrives late is at the end. */
  async list(filter: RatingsFilter): Promise<ListPage<RatingRow> & { readonly rows: readonly RatingRow[] }> {
    const [recordedMs, generationId, rater] = placeBehind(filter.cursor);
    const asked: Asked = { filter, recordedMs, generationId, rater };
    const { limit } = filter;
    const records = await this.sql.query<RatingRecord>(pageSql(asked), [
      filter.generationId ?? null,
      filter.userId ?? null,
      filter.engine ?? null,
      filter.fromMs ?? null,
      filter.toMs ?? null,
      limit + 1,
      recordedMs,
      generationId,
      rater,
      filter.promptHash ?? null,
      filter.minRating ?? null,
      filter.maxRating ?? null,
      filter.tag ?? null,
    ]);
    const page = pageOf(records, limit, (last) => encodeCursor([last.recorded_at.getTime(), last.generation_id, last.rater ?? '']));
    return { rows: records.slice(0, limit).map(ratingRow), nextCursor: page.nextCursor };
  }

  /** Every rating a generation was ever given, the oldest first. */
  async history(generationId: string): Promise<HistoryRow[]> {
    return this.sql.query<HistoryRow>(
      `select generation_id, event_id, rating, quality_score::float8, tags, feedback, time_to_rate_ms / 1000.0::float8 as time_to_rate, rated_at, user_id, session_id, current
       from picly.rating_history where generation_id = $1::uuid order by rated_at, log_offset, event_id`,
      [generationId],
      'ratings:history',
    );
  }
}
