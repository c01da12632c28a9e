import type { DecodedEvent } from '@picly/contracts';
import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';
import type { KeyReader } from '@picly/personal-data';
import { countDuplicates } from '../checkpoints';
import { decodeRecords } from '../decode';
import type { Projection } from '../define';
import { StaleKeysError } from '../errors';
import { kindOf, poisonOf, type Poison } from '../failure';
import { foldSettings, foldSqlOn } from '../fold-sql';
import { idOf, placeOf } from '../names';
import { takeFresh } from '../processed-events';
import { causeOf } from './causes';
import { withDecisions } from './decisions';
import { findLetter, noteDone, noteFailure, queueBehind, removeLetters, type Note, type ParkedLetter } from './letters';

export interface SettleDeps {
  readonly pool: DatabasePool;
  readonly keys: KeyReader;
}

/** Why a letter is where it was. */
export interface StillParked {
  readonly letter: number;
  readonly cause: string;
  readonly code: string;
  readonly message: string;
}

/** What became of a letter and of those behind it. */
export interface Settlement {
  readonly folded: number;
  /** Of those folded, events whose id had been folded before: they changed nothing. */
  readonly duplicates: number;
  readonly discarded: number;
  /** The first of the queue that cannot be folded; it and those behind it stay. */
  readonly stillParked?: StillParked;
}

export type SettleRefusal = 'LETTER_GONE' | 'LETTER_WAITS' | 'LETTER_STILL_FAILS';

/** Nothing was changed, for a reason to be told to the operator. */
export class SettleRefusedError extends Error {
  readonly retryable = false;
  constructor(
    readonly code: SettleRefusal,
    message: string,
    readonly poison?: Poison,
  ) {
    super(message);
    this.name = code;
  }
}

const CHUNK = 500;

/**
 * Settles one letter and folds those behind it in their order, in one transaction: positions stand still meanwhile, as the row of the
 * partition's checkpoint is held, so that an event of the key that arrives now is folded behind them or parked behind them, never before.
 * Either all of it happened or nothing: each event is folded exactly once whatever ends in between. `also` runs in the same transaction.
 * @throws SettleRefusedError
 */
export function settleLetter(
  deps: SettleDeps,
  projection: Projection,
  wish: Note & { readonly letter: number },
  also: (sql: Transaction, done: Settlement) => Promise<void>,
): Promise<Settlement> {
  return inTransaction(
    deps.pool,
    async (sql) => {
      const letter = await heldLetter(sql, projection, wish.letter, deps.keys);
      const settling = new Settling(sql, projection, deps.keys, wish);
      const done = await settling.settle(letter);
      await also(sql, done);
      return done;
    },
    // What an operator was told must survive a crash of the server.
    { settings: { ...foldSettings(projection), synchronous_commit: 'on' } },
  );
}

/** The letter, as it is while the checkpoint of its partition is held. Throws `StaleKeysError` while keys here may be older than the fence. */
async function heldLetter(sql: Transaction, projection: Projection, id: number, keys: KeyReader): Promise<ParkedLetter> {
  const found = await findLetter(sql, projection, id);
  if (!found) throw gone(id);
  const [checkpoint] = await sql.query<{ keys_as_of: number }>(
    `select keys_as_of from runtime.checkpoints where projection = $1 and version = $2 and topic = $3 and partition = $4 for update`,
    [projection.name, projection.version, found.record.topic, found.record.partition],
    'dead_letters_hold',
  );
  if ((await keys.asOf()) < (checkpoint?.keys_as_of ?? 0)) throw new StaleKeysError(idOf(projection));
  const held = await findLetter(sql, projection, id);
  if (!held) throw gone(id);
  return held;
}

const gone = (id: number): SettleRefusedError =>
  new SettleRefusedError('LETTER_GONE', `there is no dead letter ${id}: it was settled before, or never was`);

class Settling {
  private readonly duplicates = new Map<string, number>();
  private folded = 0;
  private discarded = 0;
  private stillParked: StillParked | undefined;

  constructor(
    private readonly sql: Transaction,
    private readonly projection: Projection,
    private readonly keys: KeyReader,
    private readonly wish: Note & { readonly letter: number },
  ) {}

  async settle(letter: ParkedLetter): Promise<Settlement> {
    const [first] = await queueBehind(this.sql, letter, 0, 1);
    const isFirst = first?.id === letter.id;
    if (this.wish.action === 'discard') await this.discard(letter);
    else if (!isFirst && first) throw waits(letter, first);
    if (this.wish.action === 'fix') await noteDone(this.sql, [letter.id], this.wish);
    if (isFirst) await this.foldQueue(letter);
    if (this.duplicates.size > 0) await countDuplicates(this.sql, this.projection, this.duplicates);
    const { folded, discarded, stillParked } = this;
    const duplicates = [...this.duplicates.values()].reduce((sum, n) => sum + n, 0);
    return { folded, duplicates, discarded, ...(stillParked && { stillParked }) };
  }

  private async discard(letter: ParkedLetter): Promise<void> {
    await noteDone(this.sql, [letter.id], this.wish);
    await removeLetters(this.sql, [letter.id]);
    this.discarded += 1;
  }

  private async foldQueue(first: ParkedLetter): Promise<void> {
    for (let behind = 0; ;) {
      const letters = await queueBehind(this.sql, first, behind, CHUNK);
      if (letters.length === 0) return;
      const failed = await this.foldInOrder(letters);
      if (failed) return this.stopAt(failed);
      behind = letters.at(-1)?.sequence ?? behind;
    }
  }

  /** Folds up to the first that fails; answers that one. */
  private async foldInOrder(letters: readonly ParkedLetter[]): Promise<{ letter: ParkedLetter; poison: Poison } | undefined> {
    const decoded = await decodeRecords(
      letters.map(({ record }) => record),
      this.keys,
    );
    const counting = await withDecisions(this.sql, this.projection, decoded, this.keys);
    const says = new Map(counting.map((one) => [one.record.offset, one]));
    const unreadable = letters.findIndex(({ record }) => says.get(record.offset)?.poison !== undefined);
    const readable = unreadable === -1 ? letters : letters.slice(0, unreadable);
    const events = (of: readonly ParkedLetter[]): DecodedEvent[] => of.flatMap(({ record }) => says.get(record.offset)?.event ?? []);
    const poison = await this.tried(readable, events(readable));
    if (poison) {
      for (const letter of readable) {
        const own = await this.tried([letter], events([letter]));
        if (own) return { letter, poison: own };
      }
    }
    const bad = letters[unreadable];
    const why = bad && says.get(bad.record.offset)?.poison;
    return why && { letter: bad, poison: why };
  }

  /** Folds them together and takes them out of the queue, or leaves everything as it was and tells why. */
  private async tried(letters: readonly ParkedLetter[], events: readonly DecodedEvent[]): Promise<Poison | undefined> {
    if (letters.length === 0) return undefined;
    await this.sql.query('savepoint settling');
    try {
      const fresh = await takeFresh(this.sql, this.projection, events);
      if (fresh.length > 0) await this.projection.fold(fresh, foldSqlOn(this.sql, this.projection));
      await this.sql.query('set constraints all immediate; release savepoint settling');
      await this.remove(letters, events, fresh.length);
      return undefined;
    } catch (error) {
      if (kindOf(error) !== 'poison') throw error;
      await this.sql.query('rollback to savepoint settling; release savepoint settling');
      return poisonOf(error);
    }
  }

  private async remove(letters: readonly ParkedLetter[], events: readonly DecodedEvent[], fresh: number): Promise<void> {
    const ids = letters.map(({ id }) => id);
    const folded = new Set(events.map(({ position }) => position.offset));
    const replayed = letters
      .filter(({ id, record }) => folded.has(record.offset) && (this.wish.action !== 'fix' || id !== this.wish.letter))
      .map(({ id }) => id);
    const { author, reason } = this.wish;
    if (replayed.length > 0) await noteDone(this.sql, replayed, { action: 'replay', author, reason });
    await removeLetters(this.sql, ids);
    this.folded += events.length;
    // Those that were discarded for another version are not among the events.
    this.discarded += letters.length - events.length;
    const place = letters[0] && placeOf(letters[0].record);
    if (place !== undefined && fresh < events.length) this.duplicates.set(place, (this.duplicates.get(place) ?? 0) + events.length - fresh);
  }

  private async stopAt({ letter, poison }: { letter: ParkedLetter; poison: Poison }): Promise<void> {
    if (this.wish.action === 'fix' && letter.id === this.wish.letter) {
      throw new SettleRefusedError('LETTER_STILL_FAILS', `the edited letter ${letter.id} still fails: ${poison.message}`, poison);
    }
    const failure = { cause: causeOf(poison.code), ...poison };
    await noteFailure(this.sql, letter.id, failure);
    this.stillParked = { letter: letter.id, ...failure };
  }
}

const waits = (letter: ParkedLetter, first: ParkedLetter): SettleRefusedError =>
  new SettleRefusedError(
    'LETTER_WAITS',
    `dead letter ${letter.id} waits behind ${first.id}, an earlier event of its key: fix, replay or discard that one first`,
  );
