import { type FoldSql, plainArray, textArray } from '@picly/projections';
import { ratingKey } from './merge-ratings';
import type { MovedFacts } from './tally-changes';
import type { ActionFact, FoldedEvent, GenerationState, RatingState } from './state';

/**
 * One instance at a time folds the events of a partition number, whatever topic they come from: all events about a generation
 * have the same one, so what is read of it below cannot change before it is written.
 */
export async function lockPartitions(sql: FoldSql, events: readonly FoldedEvent[]): Promise<void> {
  const partitions = [...new Set(events.map((event) => event.position.partition))].sort((a, b) => a - b);
  await sql.query(
    `select pg_advisory_xact_lock(hashtext(current_schema), partition) from unnest($1::int[]) as partition`,
    [plainArray(partitions)],
    'lock',
  );
}

interface GenerationRow {
  readonly generation_id: string;
  readonly known: boolean;
  readonly occurred_ms: number | null;
  readonly log_offset: number | null;
  readonly recorded_ms: number;
  readonly engine: string;
  readonly model_version: string;
  readonly prompt_hash: string | null;
  readonly downloads: number;
  readonly shares: number;
  readonly edits: number;
  readonly regenerations: number;
  readonly uses: number;
}

/** What is stored of the generations, by id. */
export async function loadGenerations(sql: FoldSql, ids: readonly string[]): Promise<Map<string, GenerationState>> {
  const rows = await sql.query<GenerationRow>(
    `select generation_id, known, (extract(epoch from occurred_at) * 1000)::int8 as occurred_ms, log_offset, (extract(epoch from recorded_at) * 1000)::int8 as recorded_ms,
       engine, model_version, prompt_hash, downloads, shares, edits, regenerations, uses
     from generations where generation_id = any ($1::uuid[])`,
    [plainArray(ids)],
    'generations',
  );
  return new Map(
    rows.map((row) => [
      row.generation_id,
      {
        generationId: row.generation_id,
        known: row.known,
        occurredAt: row.occurred_ms,
        logOffset: row.log_offset,
        recordedAt: row.recorded_ms,
        engine: row.engine,
        modelVersion: row.model_version,
        promptHash: row.prompt_hash,
        actions: [row.downloads, row.shares, row.edits, row.regenerations, row.uses],
      },
    ]),
  );
}

/** What the history keeps of a rating. */
export interface KeptRatingRow {
  readonly generation_id: string;
  readonly rater: string;
  readonly event_id: string;
  readonly rating: number;
  readonly quality_score: string | null;
  readonly tags: readonly string[];
  readonly feedback: string | null;
  readonly time_to_rate_ms: number | null;
  readonly rated_ms: number;
  readonly log_offset: number;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly context: Readonly<Record<string, unknown>> | null;
}

interface RatingRow extends KeptRatingRow {
  readonly recorded_ms: number;
  readonly revisions: number;
}

const RATING_COLUMNS = `r.generation_id, r.rater, r.event_id, r.rating, r.quality_score, r.tags, r.feedback, r.time_to_rate_ms,
  (extract(epoch from r.rated_at) * 1000)::int8 as rated_ms, r.log_offset, (extract(epoch from r.recorded_at) * 1000)::int8 as recorded_ms,
  r.user_id, r.session_id, r.context, r.revisions`;

/** Of a rating in the history it is not kept when it was received, nor what came before it: it matters for the one that counts. */
export function ratingState(row: KeptRatingRow & Partial<RatingRow>): RatingState {
  return {
    generationId: row.generation_id,
    rater: row.rater,
    eventId: row.event_id,
    rating: row.rating,
    qualityScore: row.quality_score === null ? null : Number(row.quality_score),
    tags: row.tags,
    feedback: row.feedback,
    timeToRateMs: row.time_to_rate_ms,
    ratedAt: row.rated_ms,
    logOffset: row.log_offset,
    recordedAt: row.recorded_ms ?? row.rated_ms,
    userId: row.user_id,
    sessionId: row.session_id,
    context: row.context,
    revisions: row.revisions ?? 1,
  };
}

/** Who rated what. */
export interface RatingId {
  readonly generationId: string;
  readonly rater: string;
}

/** What is stored of the ratings named, by `ratingKey`. */
export async function loadRatings(sql: FoldSql, ids: readonly RatingId[]): Promise<Map<string, RatingState>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<RatingRow>(
    `select ${RATING_COLUMNS} from unnest($1::uuid[], $2::text[]) as asked (generation_id, rater)
     join ratings r on r.generation_id = asked.generation_id and r.rater = asked.rater`,
    [plainArray(ids.map((id) => id.generationId)), textArray(ids.map((id) => id.rater))],
    'ratings',
  );
  return new Map(rows.map((row) => [ratingKey(row.generation_id, row.rater), ratingState(row)]));
}

/** Everything stored about generations that are now counted elsewhere, by generation. */
export async function loadMoved(sql: FoldSql, ids: readonly string[]): Promise<Map<string, MovedFacts>> {
  const moved = new Map<string, { ratings: RatingState[]; actions: ActionFact[] }>(ids.map((id) => [id, { ratings: [], actions: [] }]));
  if (ids.length === 0) return moved;
  const ratings = await sql.query<RatingRow>(
    `select ${RATING_COLUMNS} from ratings r where r.generation_id = any ($1::uuid[])`,
    [plainArray(ids)],
    'moved-ratings',
  );
  for (const row of ratings) moved.get(row.generation_id)?.ratings.push(ratingState(row));
  const actions = await sql.query<{ generation_id: string; action: number; occurred_ms: number }>(
    `select generation_id, array_position(array['download', 'share', 'edit', 'regenerate', 'use'], action) - 1 as action,
       (extract(epoch from occurred_at) * 1000)::int8 as occurred_ms
     from generation_actions where generation_id = any ($1::uuid[])`,
    [plainArray(ids)],
    'moved-actions',
  );
  for (const row of actions) {
    moved.get(row.generation_id)?.actions.push({ generationId: row.generation_id, action: row.action, occurredAt: row.occurred_ms });
  }
  return moved;
}
