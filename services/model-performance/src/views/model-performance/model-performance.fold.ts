import { logBin } from '@picly/statistics';
import type { FoldSql } from '@picly/projections';
import type { CallFacts, CallKey, CallNews, RatingFacts } from './call-facts';
import type { FailureCause } from './classify-failure';
import type { Change } from './deltas';
import { COUNTS } from './model-sums';

interface StoredCall {
  readonly call_id: string;
  readonly is_generation: boolean;
  readonly engine: string | null;
  readonly model_version: string;
  readonly occurred_at: Date;
  readonly success: boolean;
  readonly failure_cause: FailureCause | null;
  readonly response_time_ms: number;
  readonly cost_micros: number;
  readonly revenue_micros: number;
  readonly currency: string;
  readonly log_offset: number;
}

const CALL_RECORD = `(call_id uuid, is_generation boolean, engine text, model_version text, occurred_at timestamptz, success boolean,
  failure_cause text, response_time_ms bigint, duration_bin integer, cost_micros bigint, revenue_micros bigint, currency text, log_offset bigint)`;

const callRow = (key: CallKey, call: CallFacts | undefined): Record<string, unknown> => ({
  call_id: key.callId,
  is_generation: key.isGeneration,
  ...(call && {
    engine: call.engine,
    model_version: call.modelVersion,
    occurred_at: new Date(call.at),
    success: call.success,
    failure_cause: call.failureCause,
    response_time_ms: call.responseTimeMs,
    duration_bin: logBin(call.responseTimeMs),
    cost_micros: call.costMicros,
    revenue_micros: call.revenueMicros,
    currency: call.currency,
    log_offset: call.offset,
  }),
});

/** Writes the calls not seen before (or a placeholder for a rating that came first) and answers which these were; sorted, as all locks. */
export async function insertNewCalls(sql: FoldSql, news: readonly CallNews[]): Promise<readonly CallKey[]> {
  const rows = await sql.query<{ call_id: string; is_generation: boolean }>(
    `insert into calls (call_id, is_generation, engine, model_version, occurred_at, success, failure_cause, response_time_ms,
       duration_bin, cost_micros, revenue_micros, currency, log_offset)
     select x.* from json_to_recordset($1::json) as x${CALL_RECORD}
     order by call_id, is_generation
     on conflict do nothing
     returning call_id, is_generation`,
    [JSON.stringify(news.map((each) => callRow(each, each.call)))],
    'model-performance insert calls',
  );
  return rows.map((row) => ({ callId: row.call_id, isGeneration: row.is_generation }));
}

const callFacts = (row: StoredCall & { readonly engine: string }): CallFacts => ({
  at: row.occurred_at.getTime(),
  offset: row.log_offset,
  engine: row.engine,
  modelVersion: row.model_version,
  success: row.success,
  failureCause: row.failure_cause,
  responseTimeMs: row.response_time_ms,
  costMicros: row.cost_micros,
  revenueMicros: row.revenue_micros,
  currency: row.currency,
});

const hasEngine = (row: StoredCall): row is StoredCall & { readonly engine: string } => row.engine !== null;

/** Locks calls that were there before; `call` is absent where a row only holds the place of a generation. */
export async function lockCalls(sql: FoldSql, keys: readonly CallKey[]): Promise<readonly (CallKey & { readonly call?: CallFacts })[]> {
  const rows = await sql.query<StoredCall>(
    `select c.* from calls c
     join unnest($1::uuid[], $2::boolean[]) as k(call_id, is_generation) using (call_id, is_generation)
     order by c.call_id, c.is_generation
     for update of c`,
    [keys.map((key) => key.callId), keys.map((key) => key.isGeneration)],
    'model-performance lock calls',
  );
  return rows.map((row) => ({ callId: row.call_id, isGeneration: row.is_generation, ...(hasEngine(row) && { call: callFacts(row) }) }));
}

interface StoredRating {
  readonly generation_id: string;
  readonly rater: string;
  readonly rating: number;
  readonly quality_score: string | null;
  readonly rated_at: Date;
  readonly log_offset: number;
}

/** The ratings of generations whose calls are locked. */
export async function ratingsOf(sql: FoldSql, generationIds: readonly string[]): Promise<ReadonlyMap<string, Map<string, RatingFacts>>> {
  const found = new Map<string, Map<string, RatingFacts>>();
  const rows = await sql.query<StoredRating>(
    'select generation_id, rater, rating, quality_score, rated_at, log_offset from call_ratings where generation_id = any($1::uuid[])',
    [generationIds],
    'model-performance ratings',
  );
  for (const row of rows) {
    const facts = { at: row.rated_at.getTime(), offset: row.log_offset, rating: row.rating, quality: row.quality_score };
    const ratings = found.get(row.generation_id) ?? new Map<string, RatingFacts>();
    found.set(row.generation_id, ratings.set(row.rater, facts));
  }
  return found;
}

/** Replaces calls that a later report (or the first one after a rating) tells anew. */
export async function updateCalls(sql: FoldSql, calls: readonly (CallKey & { readonly call: CallFacts })[]): Promise<void> {
  if (calls.length === 0) return;
  await sql.query(
    `update calls c set engine = x.engine, model_version = x.model_version, occurred_at = x.occurred_at, success = x.success,
       failure_cause = x.failure_cause, response_time_ms = x.response_time_ms, duration_bin = x.duration_bin,
       cost_micros = x.cost_micros, revenue_micros = x.revenue_micros, currency = x.currency, log_offset = x.log_offset
     from json_to_recordset($1::json) as x${CALL_RECORD}
     where c.call_id = x.call_id and c.is_generation = x.is_generation`,
    [JSON.stringify(calls.map((each) => callRow(each, each.call)))],
    'model-performance update calls',
  );
}

/** Leaves only the places of these calls; they are locked. */
export async function forgetCalls(sql: FoldSql, keys: readonly CallKey[]): Promise<void> {
  await sql.query(
    `update calls c set engine = null, model_version = null, occurred_at = null, success = null, failure_cause = null, response_time_ms = null,
       duration_bin = null, cost_micros = null, revenue_micros = null, currency = null, log_offset = null
     from unnest($1::uuid[], $2::boolean[]) as k(call_id, is_generation)
     where c.call_id = k.call_id and c.is_generation = k.is_generation`,
    [keys.map((key) => key.callId), keys.map((key) => key.isGeneration)],
  );
}

/** Takes ratings away; their calls are locked. */
export async function forgetRatings(
  sql: FoldSql,
  ratings: readonly { readonly generationId: string; readonly rater: string }[],
): Promise<void> {
  await sql.query(
    `delete from call_ratings r using unnest($1::uuid[], $2::text[]) as k(generation_id, rater)
     where r.generation_id = k.generation_id and r.rater = k.rater`,
    [ratings.map((each) => each.generationId), ratings.map((each) => each.rater)],
  );
}

export interface RatingChange extends RatingFacts {
  readonly generationId: string;
  readonly rater: string;
}

/** Keeps the ratings that count; their calls are locked. */
export async function saveRatings(sql: FoldSql, ratings: readonly RatingChange[]): Promise<void> {
  if (ratings.length === 0) return;
  const rows = ratings.map((each) => ({
    generation_id: each.generationId,
    rater: each.rater,
    rating: each.rating,
    quality_score: each.quality,
    rated_at: new Date(each.at),
    log_offset: each.offset,
  }));
  await sql.query(
    `insert into call_ratings (generation_id, rater, rating, quality_score, rated_at, log_offset)
     select x.* from json_to_recordset($1::json)
       as x(generation_id uuid, rater text, rating smallint, quality_score numeric, rated_at timestamptz, log_offset bigint)
     on conflict (generation_id, rater) do update set rating = excluded.rating, quality_score = excluded.quality_score,
       rated_at = excluded.rated_at, log_offset = excluded.log_offset`,
    [JSON.stringify(rows)],
    'model-performance save ratings',
  );
}

const SUMS = [...COUNTS, 'quality_sum'];

/** A table of sums: its key, in the order of locking, and its columns that add. */
interface SumTable {
  readonly name: string;
  readonly key: readonly (readonly [column: string, type: string])[];
  readonly sums: readonly string[];
  /** The sum that is zero only when all are: such a row must vanish, as if it had never been. */
  readonly weight: string;
}

const ENGINE = [
  ['engine', 'text'],
  ['model_version', 'text'],
] as const;
const DAY = ['day', 'date'] as const;
const BIN = ['bin', 'integer'] as const;
const SLOT = ['slot', 'timestamptz'] as const;
const CURRENCY = ['currency', 'text'] as const;
const CAUSE = ['cause', 'text'] as const;

export const SUM_TABLES = {
  days: { name: 'model_performance', key: [DAY, ...ENGINE, CURRENCY], sums: SUMS, weight: 'calls' },
  slots: { name: 'model_performance_slots', key: [SLOT, ...ENGINE, CURRENCY], sums: SUMS, weight: 'calls' },
  dayCauses: { name: 'failure_causes', key: [DAY, ...ENGINE, CAUSE], sums: ['n'], weight: 'n' },
  slotCauses: { name: 'failure_cause_slots', key: [SLOT, ...ENGINE, CAUSE], sums: ['n'], weight: 'n' },
  durations: { name: 'duration_histogram', key: [DAY, ...ENGINE, BIN], sums: ['n'], weight: 'n' },
  monthDurations: { name: 'duration_histogram_months', key: [['month', 'date'], ...ENGINE, BIN], sums: ['n'], weight: 'n' },
} satisfies Record<string, SumTable>;

const typeOf = (sum: string): string => (sum === 'quality_sum' ? 'numeric' : 'bigint');
const added = (sum: string): string =>
  sum === 'quality_sum' ? 'trim_scale(t.quality_sum + excluded.quality_sum)' : `t.${sum} + excluded.${sum}`;
const given = (sum: string): string => (sum === 'quality_sum' ? 'trim_scale(quality_sum)' : sum);

function addStatement({ name, key, sums }: SumTable): string {
  const columns = key.map(([column]) => column).join(', ');
  const record = [...key.map(([column, type]) => `${column} ${type}`), ...sums.map((sum) => `${sum} ${typeOf(sum)}`)].join(', ');
  return `insert into ${name} as t (${columns}, ${sums.join(', ')})
    select ${columns}, ${sums.map(given).join(', ')} from json_to_recordset($1::json) as x(${record})
    order by ${columns}
    on conflict (${columns}) do update set ${sums.map((sum) => `${sum} = ${added(sum)}`).join(', ')}`;
}

function sweepStatement({ name, key, weight }: SumTable): string {
  return `delete from ${name} t using json_to_recordset($1::json) as x(${key.map(([column, type]) => `${column} ${type}`).join(', ')})
    where ${key.map(([column]) => `t.${column} = x.${column}`).join(' and ')} and t.${weight} = 0`;
}

/** Adds a change to a table of sums; rows that come down to nothing vanish. */
export async function addSums(sql: FoldSql, table: SumTable, change: Change): Promise<void> {
  if (change.rows.length === 0) return;
  const rows = JSON.stringify(change.rows);
  const added = sql.query(addStatement(table), [rows], `model-performance add ${table.name}`);
  const swept = change.shrinks && sql.query(sweepStatement(table), [rows], `model-performance sweep ${table.name}`);
  await Promise.all([added, swept]);
}
