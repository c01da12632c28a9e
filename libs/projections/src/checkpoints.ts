import type { DatabasePool, Sql } from '@picly/database';
import { FencedError, StaleKeysError } from './errors';
import { idOf, placeOf, schemaOf, statementPrefix, type AnyProjection } from './names';

/** How far a version has folded a partition, and the number of the claim under which this instance may write. */
export interface Claim {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly epoch: number;
}

export interface ClaimRequest {
  readonly projection: AnyProjection;
  readonly topic: string;
  readonly partition: number;
  /** Where a version begins that has never folded this partition. */
  readonly firstOffset: number;
}

/** One partition's step within a batch. */
export interface CheckpointMove extends Claim {
  readonly to: number;
  readonly highWater: number;
  /** When the newest event of the step happened; milliseconds since the epoch. */
  readonly newestEventAt: number | undefined;
}

/** The claim still holds but the position is another one: an earlier commit of ours took effect although its answer was lost. */
export class CheckpointMovedError extends Error {
  readonly code = 'CHECKPOINT_MOVED';
  readonly retryable = true;
  constructor(readonly claims: readonly Claim[]) {
    super(`positions moved: ${claims.map(placeOf).join(', ')}`);
    this.name = this.code;
  }
}

interface ClaimRow {
  readonly projection: string;
  readonly version: number;
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: number;
  readonly epoch: number;
  readonly keys_as_of?: number;
}

const CLAIM = `
  insert into runtime.checkpoints as c (projection, version, topic, partition, first_offset, next_offset, owner, keys_as_of)
  select projection, version, topic, partition, first_offset, first_offset, $6, (select times from runtime.person_keys_destroyed)
    from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::bigint[]) as given(projection, version, topic, partition, first_offset)
   order by projection, version, topic, partition
  on conflict (projection, version, topic, partition) do update
    set epoch = c.epoch + 1, owner = excluded.owner, updated_at = now()
  returning projection, version, topic, partition, next_offset, epoch`;

/**
 * Takes over partitions: whoever held them can write nothing any more, and what it had committed is in the answer. Waits for
 * a transaction of the old holder under way.
 */
export async function claim(pool: DatabasePool, owner: string, requests: readonly ClaimRequest[]): Promise<Map<string, Claim[]>> {
  const rows = await pool.query<ClaimRow>(CLAIM, [
    requests.map(({ projection }) => projection.name),
    requests.map(({ projection }) => projection.version),
    requests.map(({ topic }) => topic),
    requests.map(({ partition }) => partition),
    requests.map(({ firstOffset }) => firstOffset),
    owner,
  ]);
  return byVersion(rows);
}

/** What is stored of the partitions that `owner` has claimed, by version. */
export async function storedClaims(sql: Sql, owner: string): Promise<Map<string, Claim[]>> {
  const rows = await sql.query<ClaimRow>(
    'select projection, version, topic, partition, next_offset, epoch from runtime.checkpoints where owner = $1',
    [owner],
    'checkpoints_stored',
  );
  return byVersion(rows);
}

function byVersion(rows: readonly ClaimRow[]): Map<string, Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const row of rows) {
    const id = idOf({ name: row.projection, version: row.version });
    claims.set(id, [...(claims.get(id) ?? []), claimOf(row)]);
  }
  return claims;
}

const claimOf = (row: Omit<ClaimRow, 'projection' | 'version'>): Claim => ({
  topic: row.topic,
  partition: row.partition,
  nextOffset: row.next_offset,
  epoch: row.epoch,
});

const MOVE = `
  with given as (
    select * from unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::float8[])
      as g(topic, partition, expected, epoch, next_offset, high_water, newest_ms)
  ), moved as (
    update runtime.checkpoints c
       set next_offset = g.next_offset, high_water = g.high_water, updated_at = now(), last_error = null, last_error_at = null,
           newest_event_at = greatest(c.newest_event_at, to_timestamp(g.newest_ms / 1000))
      from given g
     where c.projection = $1 and c.version = $2 and c.topic = g.topic and c.partition = g.partition
       and c.next_offset = g.expected and c.epoch = g.epoch and c.keys_as_of <= $10
    returning c.topic, c.partition
  )
  select array(select topic || '/' || partition from moved) as moved,
         exists (select from runtime.dead_letters d where d.projection = $1 and d.version = $2) as letters,
         exists (select from given g join runtime.dead_letter_history h on h.topic = g.topic and h.partition = g.partition
                  where h.projection = $1 and h.action <> 'replay'
                    and h."offset" >= g.expected and h."offset" < g.next_offset) as decisions`;

/** What a batch has to heed beside its events. */
export interface Heed {
  /** The version has dead letters, perhaps of the same keys. */
  readonly letters: boolean;
  /** Some of the events were fixed or discarded before, for this version or an earlier one. */
  readonly decisions: boolean;
}

/**
 * The fence, first in every fold's transaction: all steps are made or none is. `keysAsOf` is how many destructions of keys were
 * known when the events were decoded. Throws `FencedError`, `CheckpointMovedError` and `StaleKeysError`.
 */
export async function moveCheckpoints(
  sql: Sql,
  projection: AnyProjection,
  unsorted: readonly CheckpointMove[],
  keysAsOf: number,
): Promise<Heed> {
  // Rows are locked in this order: two instances never wait for each other in a circle.
  const moves = [...unsorted].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
  const [row] = await sql.query<Heed & { readonly moved: readonly string[] }>(
    MOVE,
    [
      projection.name,
      projection.version,
      moves.map(({ topic }) => topic),
      moves.map(({ partition }) => partition),
      moves.map(({ nextOffset }) => nextOffset),
      moves.map(({ epoch }) => epoch),
      moves.map(({ to }) => to),
      moves.map(({ highWater }) => highWater),
      moves.map(({ newestEventAt }) => newestEventAt ?? null),
      keysAsOf,
    ],
    // A statement shared by projections would be planned anew whenever the search path is another one.
    `${statementPrefix(schemaOf(projection))}checkpoints_move`,
  );
  const moved = new Set(row?.moved);
  if (row && moved.size === moves.length) return row;
  throw await refusal(
    sql,
    projection,
    moves.map((move) => ({ ...move, isMoved: moved.has(placeOf(move)) })),
    keysAsOf,
  );
}

/** A step, and whether this transaction, which is about to be rolled back, has made it. */
interface Tried extends CheckpointMove {
  readonly isMoved: boolean;
}

async function refusal(sql: Sql, projection: AnyProjection, moves: readonly Tried[], keysAsOf: number): Promise<Error> {
  const rows = await sql.query<ClaimRow>(
    'select topic, partition, next_offset, epoch, keys_as_of from runtime.checkpoints where projection = $1 and version = $2',
    [projection.name, projection.version],
  );
  const current = new Map(rows.map((row) => [placeOf(row), row]));
  const lost = moves.filter((move) => current.get(placeOf(move))?.epoch !== move.epoch);
  if (lost.length > 0) return new FencedError(idOf(projection), lost.map(placeOf));
  if (moves.some((move) => (current.get(placeOf(move))?.keys_as_of ?? 0) > keysAsOf)) return new StaleKeysError(idOf(projection));
  // Read in the same transaction: what it has moved itself stands where it stood once that is undone.
  const stands = moves.flatMap(({ isMoved, nextOffset, ...move }) => {
    const row = current.get(placeOf(move));
    return row ? claimOf(isMoved ? { ...row, next_offset: nextOffset } : row) : [];
  });
  return new CheckpointMovedError(stands);
}

/** Notes duplicates, which a step alone cannot tell from events folded. */
export async function countDuplicates(sql: Sql, projection: AnyProjection, counts: ReadonlyMap<string, number>): Promise<void> {
  await sql.query(
    `update runtime.checkpoints c set duplicates = c.duplicates + g.n
       from unnest($3::text[], $4::bigint[]) as g(place, n)
      where c.projection = $1 and c.version = $2 and c.topic || '/' || c.partition = g.place`,
    [projection.name, projection.version, [...counts.keys()], [...counts.values()]],
    'checkpoints_duplicates',
  );
}

/** Shows an operator why partitions stand still; cleared by the next step. */
export async function noteError(sql: Sql, projection: AnyProjection, claims: readonly Claim[], message: string): Promise<void> {
  await sql.query(
    `update runtime.checkpoints c set last_error = $5, last_error_at = now()
       from unnest($3::text[], $4::bigint[]) as g(place, epoch)
      where c.projection = $1 and c.version = $2 and c.topic || '/' || c.partition = g.place and c.epoch = g.epoch`,
    [projection.name, projection.version, claims.map(placeOf), claims.map(({ epoch }) => epoch), message],
    'checkpoints_error',
  );
}
