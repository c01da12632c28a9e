import type { EventData } from '@picly/contracts';
import { insertFromJson, NewRows, plainArray, type Columns, type NewRow } from '@picly/projections';
import { logBin } from '@picly/statistics';
import type { RatingChange } from './merge-ratings';
import type { StatementWriter } from './statement-writer';
import type { ActionEvent, Attribution, GenerationChange, GenerationReport, RatingState } from './state';

const GENERATION_COLUMNS: Columns = {
  generation_id: 'uuid',
  known: 'boolean',
  occurred_at: 'instant',
  log_offset: 'int8',
  recorded_at: 'instant',
  prompt: 'text',
  prompt_hash: 'text',
  engine: 'text',
  model_version: 'text',
  success: 'boolean',
  response_time_ms: 'int8',
  cost_micros: 'int8',
  revenue_micros: 'int8',
  currency: 'text',
  error: 'text',
  image_url: 'text',
  parameters: 'json',
  user_id: 'text',
  session_id: 'text',
  context: 'json',
  downloads: 'int',
  shares: 'int',
  edits: 'int',
  regenerations: 'int',
  uses: 'int',
};

function upsertFromJson(table: string, columns: Columns, key: readonly string[]): string {
  const changes = Object.keys(columns).filter((name) => !key.includes(name));
  return `${insertFromJson(table, columns)}
    on conflict (${key.join(', ')}) do update set ${changes.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}

const NEW_GENERATIONS = new NewRows('generations', GENERATION_COLUMNS);
const UPSERT_GENERATIONS = upsertFromJson('generations', GENERATION_COLUMNS, ['generation_id']);

/** The row of a generation; absent keys are null. Written out: to spread one object into another costs more than the rest of it. */
function generationRow({ after, source }: GenerationChange): NewRow {
  const data: Partial<EventData<'generation-completed'>> = source?.event.data ?? {};
  return {
    generation_id: after.generationId,
    known: after.known,
    occurred_at: after.occurredAt,
    log_offset: after.logOffset,
    recorded_at: after.recordedAt,
    prompt: data.prompt,
    prompt_hash: after.promptHash,
    engine: after.engine,
    model_version: after.modelVersion,
    success: data.success,
    response_time_ms: data.response_time_ms,
    cost_micros: data.cost_micros,
    revenue_micros: data.revenue_micros,
    currency: source && (data.currency ?? 'USD'),
    error: data.error,
    image_url: data.image_url,
    parameters: data.parameters,
    user_id: data.user_id,
    session_id: data.session_id,
    context: data.context,
    downloads: after.actions[0],
    shares: after.actions[1],
    edits: after.actions[2],
    regenerations: after.actions[3],
    uses: after.actions[4],
  };
}

/** Whether only what others did with a generation changed. */
function isCountersOnly({ before, after, source }: GenerationChange): boolean {
  return source === undefined && before !== undefined && (before.actions !== after.actions || before.recordedAt !== after.recordedAt);
}

/** Writes the generations a batch made or changed. */
export async function storeGenerations(writer: StatementWriter, changes: readonly GenerationChange[]): Promise<void> {
  await writer.add(NEW_GENERATIONS, changes.filter(({ before }) => before === undefined).map(generationRow));
  const reported = changes.filter(({ before, source }) => source !== undefined && before !== undefined).map(generationRow);
  if (reported.length > 0) await writer.send(UPSERT_GENERATIONS, [JSON.stringify(reported)], 'store-generations');
  const counted = changes.filter(isCountersOnly).map(({ after }) => after);
  if (counted.length === 0) return;
  const counts = [0, 1, 2, 3, 4].map((kind) => plainArray(counted.map(({ actions }) => actions[kind] ?? 0)));
  await writer.send(
    `update generations g set recorded_at = to_timestamp(c.recorded_at / 1000), downloads = c.downloads, shares = c.shares, edits = c.edits, regenerations = c.regenerations, uses = c.uses
     from unnest($1::uuid[], $2::float8[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
       as c (generation_id, recorded_at, downloads, shares, edits, regenerations, uses)
     where g.generation_id = c.generation_id`,
    [plainArray(counted.map((state) => state.generationId)), plainArray(counted.map((state) => state.recordedAt)), ...counts],
    'store-counts',
  );
}

const SUPERSEDED_REPORTS = new NewRows('superseded_reports', {
  generation_id: 'uuid',
  seen_at: 'instant',
  log_offset: 'int8',
  prompt_hash: 'text',
  prompt: 'text',
});

/** Keeps the prompts of reports that do not count (any more): they may be where a prompt was seen first. Before the generations are written. */
export async function storeSupersededReports(writer: StatementWriter, changes: readonly GenerationChange[]): Promise<void> {
  const replaced = changes.filter(({ before, source }) => source !== undefined && before?.known === true && before.promptHash !== null);
  if (replaced.length > 0) {
    await writer.send(
      `insert into superseded_reports (generation_id, seen_at, log_offset, prompt_hash, prompt)
       select generation_id, occurred_at, log_offset, prompt_hash, prompt from generations where generation_id = any ($1::uuid[])`,
      [plainArray(replaced.map(({ after }) => after.generationId))],
      'keep-replaced-reports',
    );
  }
  const rows = changes.flatMap(({ after, reports, source }) =>
    reports.filter((report) => report !== source && report.promptHash !== null).map((report) => supersededRow(after.generationId, report)),
  );
  await writer.add(SUPERSEDED_REPORTS, rows);
}

const supersededRow = (generationId: string, { event, promptHash }: GenerationReport): NewRow => ({
  generation_id: generationId,
  seen_at: event.occurredAt,
  log_offset: event.position.offset,
  prompt_hash: promptHash,
  prompt: event.data.prompt,
});

const RATING_COLUMNS: Columns = {
  generation_id: 'uuid',
  rater: 'text',
  event_id: 'uuid',
  rating: 'int',
  quality_score: 'numeric',
  tags: 'text[]',
  feedback: 'text',
  time_to_rate_ms: 'int8',
  rated_at: 'instant',
  log_offset: 'int8',
  user_id: 'text',
  session_id: 'text',
  context: 'json',
};
const CURRENT_RATING_COLUMNS: Columns = {
  ...RATING_COLUMNS,
  time_to_rate_bin: 'int',
  recorded_at: 'instant',
  revisions: 'int',
  engine: 'text',
  model_version: 'text',
};
const UPSERT_RATINGS = upsertFromJson('ratings', CURRENT_RATING_COLUMNS, ['generation_id', 'rater']);
const NEW_RATINGS = new NewRows('ratings', CURRENT_RATING_COLUMNS);
const SUPERSEDED_RATINGS = new NewRows('superseded_ratings', RATING_COLUMNS);

const NOT_KNOWN: Pick<Attribution, 'engine' | 'modelVersion'> = { engine: '', modelVersion: '' };

function ratingRow(rating: RatingState, { engine, modelVersion } = NOT_KNOWN): NewRow {
  return {
    generation_id: rating.generationId,
    rater: rating.rater,
    event_id: rating.eventId,
    rating: rating.rating,
    quality_score: rating.qualityScore,
    tags: rating.tags,
    feedback: rating.feedback,
    time_to_rate_ms: rating.timeToRateMs,
    time_to_rate_bin: rating.timeToRateMs === null ? null : logBin(rating.timeToRateMs),
    rated_at: rating.ratedAt,
    log_offset: rating.logOffset,
    recorded_at: rating.recordedAt,
    user_id: rating.userId,
    session_id: rating.sessionId,
    context: rating.context,
    revisions: rating.revisions,
    engine,
    model_version: modelVersion,
  };
}

/** Writes the ratings that count, with what made the pictures, and keeps those that no longer do. */
export async function storeRatings(
  writer: StatementWriter,
  changes: readonly RatingChange[],
  generationOf: (generationId: string) => Pick<Attribution, 'engine' | 'modelVersion'> | undefined,
): Promise<void> {
  const rowOf = ({ after }: RatingChange): NewRow => ratingRow(after, generationOf(after.generationId));
  await writer.add(NEW_RATINGS, changes.filter(({ before }) => before === undefined).map(rowOf));
  const replaced = changes.filter(({ before }) => before !== undefined).map(rowOf);
  if (replaced.length > 0) await writer.send(UPSERT_RATINGS, [JSON.stringify(replaced)], 'store-ratings');
  await writer.add(
    SUPERSEDED_RATINGS,
    changes.flatMap((change) => change.superseded.map((rating) => ratingRow(rating))),
  );
}

/** Tells the ratings of generations that moved what made the picture. After the generations are written. */
export async function moveRatings(writer: StatementWriter, generationIds: readonly string[]): Promise<void> {
  if (generationIds.length === 0) return;
  await writer.send(
    `update ratings r set engine = g.engine, model_version = g.model_version from generations g
     where g.generation_id = any ($1::uuid[]) and r.generation_id = g.generation_id and (r.engine, r.model_version) <> (g.engine, g.model_version)`,
    [plainArray(generationIds)],
    'move-ratings',
  );
}

const ACTIONS = new NewRows('generation_actions', {
  generation_id: 'uuid',
  event_id: 'uuid',
  action: 'text',
  occurred_at: 'instant',
  user_id: 'text',
  session_id: 'text',
  details: 'json',
  context: 'json',
});

/** Writes every action as a fact of its own. */
export async function storeActions(writer: StatementWriter, events: readonly ActionEvent[]): Promise<void> {
  await writer.add(
    ACTIONS,
    events.map(({ id, occurredAt, data }) => ({ ...data, event_id: id, occurred_at: occurredAt })),
  );
}
