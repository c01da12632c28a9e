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
  readonly limit: number;
  readonly cursor?: string;
}

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
    recordedMs !== null &&
      `(${columns.recorded}, g.generation_id, ${columns.rater}) > (to_timestamp($7::float8 / 1000), $8::uuid, $9::text)`,
    'num_nulls($1::uuid, $2::text, $3::text, $4::float8, $5::float8, $7::float8, $8::uuid, $9::text) >= 0',
  ]
    .filter((condition) => condition !== false)
    .join(' and ');
}

function pageSql(asked: Asked): string {
  const rated = conditions(asked, { user: 'r.user_id', at: 'r.rated_at', rater: 'r.rater', recorded: 'r.recorded_at' });
  const unrated = conditions(asked, {
    user: 'g.user_id',
    at: 'coalesce(g.occurred_at, g.recorded_at)',
    rater: `''::text`,
    recorded: 'g.recorded_at',
  });
  return `(select ${GENERATION}, ${RATING} from picly.ratings r join picly.generations g using (generation_id) where ${rated}
      order by r.recorded_at, r.generation_id, r.rater limit $6)
    union all
    (select ${GENERATION}, ${NO_RATING} from picly.generations g
      where ${unrated} and not exists (select from picly.ratings r where r.generation_id = g.generation_id) order by g.recorded_at, g.generation_id limit $6)
    order by recorded_at, generation_id, rater nulls first limit $6`;
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
