import type { DecodedEvent } from '@picly/contracts';
import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';
import type { KeyReader } from '@picly/personal-data';
import { countDuplicates, moveCheckpoints, type CheckpointMove } from './checkpoints';
import { BEHIND, blockedSequences, letterOf, park, refuseTooMany, sequenceOf, type Letter } from './dead-letters';
import { withDecisions } from './dead-letters/decisions';
import type { ReadRecord } from './decode';
import type { Projection } from './define';
import { kindOf, poisonOf } from './failure';
import { foldSettings, foldSqlOn } from './fold-sql';
import { placeOf } from './names';
import { isRepeat, takeAll, takeFresh, Wariness } from './processed-events';

export interface FoldWork {
  readonly moves: readonly CheckpointMove[];
  /** In order per partition of a topic; nothing below the positions the moves start from. */
  readonly records: readonly ReadRecord[];
  /** Of the oldest batch among them (see `DecodedBatch`). */
  readonly keysAsOf: number;
}

export interface FoldDeps {
  readonly pool: DatabasePool;
  /** Opens what was fixed. */
  readonly keys: KeyReader;
  /** Most events of the version that may be parked; beyond it nothing is folded: `DeadLettersFullError`. */
  readonly maxDeadLetters: number;
}

export interface FoldResult {
  readonly folded: number;
  readonly duplicates: number;
  readonly parked: number;
}

/** A record that could be decoded. */
interface Readable extends ReadRecord {
  readonly event: DecodedEvent;
}

/**
 * How a batch is folded: as if nothing in it had been folded before; asking what had; or with savepoints that close in on an event that
 * is poison.
 */
type Manner = 'trusting' | 'asking' | 'closing in';

/** From so many records on asking costs more than now and then having to fold again. */
const MANY = 500;
const wariness = new Wariness();

/** One transaction: positions, ids, rows and dead letters of a batch, all or nothing. First as a whole, then closing in on what refuses. */
export async function foldWork(deps: FoldDeps, projection: Projection, work: FoldWork): Promise<FoldResult> {
  const manner = work.records.length < MANY || wariness.isWary(projection) ? 'asking' : 'trusting';
  try {
    return await attempt(deps, projection, { ...work, manner });
  } catch (error) {
    if (kindOf(error) !== 'poison') throw error;
    if (isRepeat(error)) wariness.met(projection);
    return attempt(deps, projection, { ...work, manner: 'closing in' });
  }
}

function attempt(deps: FoldDeps, projection: Projection, work: FoldWork & { readonly manner: Manner }): Promise<FoldResult> {
  return inTransaction(deps.pool, (sql) => foldInside({ ...deps, sql }, projection, work), { settings: foldSettings(projection) });
}

interface Inside extends Omit<FoldDeps, 'pool'> {
  readonly sql: Transaction;
}

async function foldInside(inside: Inside, projection: Projection, work: FoldWork & { readonly manner: Manner }): Promise<FoldResult> {
  const { folding, readable } = await moved(inside, projection, work);
  if (work.manner === 'closing in') await folding.foldClosingIn(readable);
  else if (work.manner === 'trusting') await folding.foldTrusting(readable);
  else await folding.fold(readable, await folding.sift(readable));
  return folding.finish(inside.maxDeadLetters);
}

/** A fold in steps, which several projections may take together. */
export interface FoldInSteps {
  /** Finds out which events are new. */
  sift(): Promise<void>;
  /** The rest; unqualified names must be those of the projection by now. */
  fold(): Promise<FoldResult>;
}

/** The first step, within a transaction: positions. */
export async function foldInSteps(inside: Inside, projection: Projection, work: FoldWork): Promise<FoldInSteps> {
  const { folding, readable } = await moved(inside, projection, work);
  let fresh: readonly DecodedEvent[] = [];
  return {
    sift: async () => void (fresh = await folding.sift(readable)),
    fold: async () => {
      await folding.fold(readable, fresh);
      return folding.finish(inside.maxDeadLetters);
    },
  };
}

async function moved({ sql, keys }: Inside, projection: Projection, work: FoldWork): Promise<{ folding: Folding; readable: Readable[] }> {
  const heed = await moveCheckpoints(sql, projection, work.moves, work.keysAsOf);
  const records = heed.decisions ? await withDecisions(sql, projection, work.records, keys) : work.records;
  const folding = new Folding(sql, projection, heed.letters ? await blockedSequences(sql, projection, records) : new Set<string>());
  return { folding, readable: folding.sortOut(records) };
}

/** The events of one transaction and what becomes of them. */
class Folding {
  private readonly letters: Letter[] = [];
  private readonly duplicates = new Map<string, number>();
  /** By sequence the offset behind which events wait. */
  private readonly blocked: Map<string, number>;
  private folded = 0;

  constructor(
    private readonly sql: Transaction,
    private readonly projection: Projection,
    blocked: ReadonlySet<string>,
  ) {
    // Letters of earlier transactions block everything that comes now.
    this.blocked = new Map([...blocked].map((sequence) => [sequence, -1]));
  }

  /** What can be folded; the rest is parked, and what comes after it under the same key. */
  sortOut(records: readonly ReadRecord[]): Readable[] {
    return records.filter((one): one is Readable => {
      if (this.isBehind(one)) return false;
      if (one.event !== undefined) return true;
      if (one.poison) this.park(one, one.poison);
      return false;
    });
  }

  /** Which events were never folded; from now on they count as folded. */
  sift(readable: readonly Readable[]): Promise<DecodedEvent[]> {
    return takeFresh(
      this.sql,
      this.projection,
      readable.map(({ event }) => event),
    );
  }

  async fold(readable: readonly Readable[], fresh: readonly DecodedEvent[]): Promise<void> {
    if (fresh.length > 0) await this.projection.fold(fresh, foldSqlOn(this.sql, this.projection));
    this.count(readable, fresh);
  }

  /** As if none of them had been folded before: when one was, the transaction fails. */
  async foldTrusting(readable: readonly Readable[]): Promise<void> {
    const { fresh, noted } = takeAll(
      this.sql,
      this.projection,
      readable.map(({ event }) => event),
    );
    await Promise.all([noted, this.fold(readable, fresh)]);
  }

  /** Halves in order, so that an event is parked before the later ones of its key are looked at. */
  async foldClosingIn(candidates: readonly Readable[]): Promise<void> {
    const readable = candidates.filter((one) => !this.isBehind(one));
    const [first] = readable;
    if (!first) return;
    const error = await this.tried(readable);
    if (error === undefined) return;
    if (readable.length === 1) return this.park(first, poisonOf(error));
    const half = Math.ceil(readable.length / 2);
    await this.foldClosingIn(readable.slice(0, half));
    await this.foldClosingIn(readable.slice(half));
  }

  async finish(maxDeadLetters: number): Promise<FoldResult> {
    if (this.letters.length > 0) {
      await refuseTooMany(this.sql, this.projection, this.letters.length, maxDeadLetters);
      await park(this.sql, this.projection, this.letters);
    }
    if (this.duplicates.size > 0) await countDuplicates(this.sql, this.projection, this.duplicates);
    const duplicates = [...this.duplicates.values()].reduce((sum, n) => sum + n, 0);
    return { folded: this.folded, duplicates, parked: this.letters.length };
  }

  /** The poison in them, or nothing when they are folded; constraints that wait for the commit are asked now. */
  private async tried(readable: readonly Readable[]): Promise<Error | undefined> {
    await this.sql.query('savepoint closing_in');
    try {
      const fresh = await this.sift(readable);
      if (fresh.length > 0) await this.projection.fold(fresh, foldSqlOn(this.sql, this.projection));
      await this.sql.query('set constraints all immediate; release savepoint closing_in');
      this.count(readable, fresh);
      return undefined;
    } catch (error) {
      if (kindOf(error) !== 'poison' || !(error instanceof Error)) throw error;
      await this.sql.query('rollback to savepoint closing_in; release savepoint closing_in');
      return error;
    }
  }

  private isBehind(one: ReadRecord): boolean {
    if (this.blocked.size === 0) return false;
    // An event of the same batch that came before the one that failed is not behind it, however late it is looked at.
    const since = this.blocked.get(sequenceOf(one.record));
    if (since === undefined || one.record.offset <= since) return false;
    this.letters.push(letterOf(one, BEHIND));
    return true;
  }

  private park(one: ReadRecord, poison: { readonly code: string; readonly message: string }): void {
    const sequence = sequenceOf(one.record);
    this.blocked.set(sequence, Math.min(one.record.offset, this.blocked.get(sequence) ?? one.record.offset));
    this.letters.push(letterOf(one, poison));
  }

  private count(readable: readonly Readable[], fresh: readonly DecodedEvent[]): void {
    this.folded += fresh.length;
    if (fresh.length === readable.length) return;
    const folded = new Set(fresh);
    for (const { record, event } of readable) {
      if (!folded.has(event)) this.duplicates.set(placeOf(record), (this.duplicates.get(placeOf(record)) ?? 0) + 1);
    }
  }
}
