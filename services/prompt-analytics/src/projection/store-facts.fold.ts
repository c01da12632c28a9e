import type { FoldSql } from '@picly/projections';
import { instantOf, numberArray } from './literals';
import type { RatingChange } from './merge-ratings';
import type { ActionCounts, ActionEvent, GenerationChange, RatingState } from './state';

const GENERATION_COLUMNS = `generation_id uuid, known boolean, occurred_at timestamptz, log_offset int8, recorded_at timestamptz,
  prompt text, prompt_hash text, engine text, model_version text, success boolean, response_time_ms int8, cost_micros int8, revenue_micros int8,
  currency text, error text, image_url text, parameters jsonb, user_id text, session_id text, context jsonb,
  downloads int, shares int, edits int, regenerations int, uses int`;

/** The names of a column list with types. */
const namesOf = (columns: string): string[] => columns.split(',').map((column) => column.trim().split(' ')[0] ?? '');

function upsertFromJson(table: string, columns: string, key: readonly string[]): string {
  const names = namesOf(columns);
  const changes = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
  return `insert into ${table} (${names.join(', ')}) select ${names.join(', ')} from json_to_recordset($1::json) as row (${columns})
    on conflict (${key.join(', ')}) do update set ${changes.join(', ')}`;
}

function insertFromJson(table: string, columns: string): string {
  const names = namesOf(columns).join(', ');
  return `insert into ${table} (${names}) select ${names} from json_to_recordset($1::json) as row (${columns})`;
}

const UPSERT_GENERATIONS = upsertFromJson('generations', GENERATION_COLUMNS, ['generation_id']);

function actionColumns([downloads, shares, edits, regenerations, uses]: ActionCounts): object {
  return { downloads, shares, edits, regenerations, uses };
}

/** The row of a generation; absent keys are null. */
function generationRow({ after, source }: GenerationChange): object {
  return {
    generation_id: after.generationId,
    known: after.known,
    occurred_at: after.occurredAt === null ? null : instantOf(after.occurredAt),
    log_offset: after.logOffset,
    recorded_at: instantOf(after.recordedAt),
    engine: after.engine,
    model_version: after.modelVersion,
    prompt_hash: after.promptHash,
    ...actionColumns(after.actions),
    ...sourceColumns(source),
  };
}

function sourceColumns(source: GenerationChange['source']): object {
  if (source === undefined) return {};
  const {
    prompt,
    success,
    response_time_ms,
    cost_micros,
    revenue_micros,
    currency,
    error,
    image_url,
    parameters,
    user_id,
    session_id,
    context,
  } = source.event.data;
  const amounts = { response_time_ms, cost_micros, revenue_micros, currency: currency ?? 'USD' };
  return { prompt, success, ...amounts, error, image_url, parameters, user_id, session_id, context };
}

/** Whether only what others did with a generation changed. */
function isCountersOnly({ before, after, source }: GenerationChange): boolean {
  return source === undefined && before !== undefined && (before.actions !== after.actions || before.recordedAt !== after.recordedAt);
}

/** Writes the generations a batch made or changed. */
export async function storeGenerations(sql: FoldSql, changes: readonly GenerationChange[]): Promise<void> {
  const rows = changes.filter(({ before, source }) => source !== undefined || before === undefined).map(generationRow);
  if (rows.length > 0) await sql.query(UPSERT_GENERATIONS, [JSON.stringify(rows)], 'store-generations');
  const counted = changes.filter(isCountersOnly).map(({ after }) => after);
  if (counted.length === 0) return;
  const counts = [0, 1, 2, 3, 4].map((kind) => numberArray(counted.map(({ actions }) => actions[kind] ?? 0)));
  await sql.query(
    `update generations g set recorded_at = c.recorded_at, downloads = c.downloads, shares = c.shares, edits = c.edits, regenerations = c.regenerations, uses = c.uses
     from unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
       as c (generation_id, recorded_at, downloads, shares, edits, regenerations, uses)
     where g.generation_id = c.generation_id`,
    [
      `{${counted.map((state) => state.generationId).join(',')}}`,
      `{${counted.map((state) => instantOf(state.recordedAt)).join(',')}}`,
      ...counts,
    ],
    'store-counts',
  );
}

const RATING_COLUMNS = `generation_id uuid, rater text, event_id uuid, rating int, quality_score numeric, tags text[], feedback text, time_to_rate_ms int8,
  rated_at timestamptz, log_offset int8, user_id text, session_id text, context jsonb`;
const UPSERT_RATINGS = upsertFromJson('ratings', `${RATING_COLUMNS}, recorded_at timestamptz, revisions int`, ['generation_id', 'rater']);
const INSERT_SUPERSEDED = insertFromJson('superseded_ratings', RATING_COLUMNS);

function ratingRow(rating: RatingState): object {
  return {
    generation_id: rating.generationId,
    rater: rating.rater,
    event_id: rating.eventId,
    rating: rating.rating,
    quality_score: rating.qualityScore,
    tags: rating.tags,
    feedback: rating.feedback,
    time_to_rate_ms: rating.timeToRateMs,
    rated_at: instantOf(rating.ratedAt),
    log_offset: rating.logOffset,
    recorded_at: instantOf(rating.recordedAt),
    user_id: rating.userId,
    session_id: rating.sessionId,
    context: rating.context,
    revisions: rating.revisions,
  };
}

/** Writes the ratings that count, and keeps those that no longer do. */
export async function storeRatings(sql: FoldSql, changes: readonly RatingChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql.query(UPSERT_RATINGS, [JSON.stringify(changes.map(({ after }) => ratingRow(after)))], 'store-ratings');
  const superseded = changes.flatMap((change) => change.superseded.map(ratingRow));
  if (superseded.length === 0) return;
  await sql.query(INSERT_SUPERSEDED, [JSON.stringify(superseded)], 'store-superseded');
}

const INSERT_ACTIONS = insertFromJson(
  'generation_actions',
  'generation_id uuid, event_id uuid, action text, occurred_at timestamptz, user_id text, session_id text, details jsonb, context jsonb',
);

/** Writes every action as a fact of its own. */
export async function storeActions(sql: FoldSql, events: readonly ActionEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ id, occurredAt, data }) => ({ ...data, event_id: id, occurred_at: instantOf(occurredAt) }));
  await sql.query(INSERT_ACTIONS, [JSON.stringify(rows)], 'store-actions');
}
