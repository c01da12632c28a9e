import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailableError, sqlState, type DatabasePool } from '@picly/database';
import { LogError, LogUnavailableError } from '../errors';
import { partitionForBytes } from '../partitioner';
import type { AppendRecord, LogPosition } from '../port';
import { appendAll, type PlacedLot } from './append-statement';
import { encodeRecords, sizeOf } from './record-codec';
import type { Topics } from './topics';

interface Lot extends PlacedLot {
  /** Of each record. */
  readonly topics: readonly string[];
}

interface Call {
  readonly lot: Lot;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (positions: readonly LogPosition[]) => void;
  readonly reject: (error: unknown) => void;
  expired: boolean;
}

const GROUP_RECORDS = 2_000;
const GROUP_BYTES = 8 * 1024 * 1024;
/** The same on both adapters: what one takes, the other takes. */
const MOST_RECORD_BYTES = 900_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Collects concurrent calls while one commit is under way; all of them share the next one. */
export class Appender {
  readonly #queue: Call[] = [];
  readonly #undecided = new Set<Promise<unknown>>();
  #worker: Promise<void> | undefined;

  constructor(
    private readonly pool: DatabasePool,
    private readonly topics: Topics,
    private readonly onAppended: () => void,
  ) {}

  append(records: readonly AppendRecord[], deadlineMs: number): Promise<readonly LogPosition[]> {
    const appending = this.#append(records, deadlineMs).finally(() => this.#undecided.delete(appending));
    this.#undecided.add(appending);
    return appending;
  }

  async #append(records: readonly AppendRecord[], deadlineMs: number): Promise<readonly LogPosition[]> {
    if (records.length === 0) return [];
    const until = performance.now() + deadlineMs;
    const lot = records.some((record) => !this.topics.known(record.topic))
      ? await this.#encodeUnknown(records, deadlineMs)
      : this.#encode(records);
    return new Promise((resolve, reject) => {
      const call: Call = {
        lot,
        resolve,
        reject,
        expired: false,
        timer: setTimeout(() => this.#expire(call), until - performance.now()),
      };
      this.#queue.push(call);
      this.#worker ??= this.#work();
    });
  }

  /** Resolves when everything asked for so far is decided. */
  async drain(): Promise<void> {
    await Promise.allSettled([...this.#undecided]);
    await this.#worker;
  }

  async #encodeUnknown(records: readonly AppendRecord[], deadlineMs: number): Promise<Lot> {
    const until = performance.now() + deadlineMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.topics.load([...new Set(records.map((record) => record.topic))]);
        return this.#encode(records);
      } catch (error) {
        if (error instanceof LogError) throw error;
        if (performance.now() + pauseMs >= until) throw unavailable(error);
        await sleep(pauseMs);
      }
    }
  }

  #encode(records: readonly AppendRecord[]): Lot {
    const lot = encodeRecords(records);
    const placed = lot.records.map((encoded, n) => {
      const name = records[n]?.topic ?? '';
      const topic = this.topics.known(name);
      if (!topic) throw new LogError('LOG_CONFIGURATION', false, `topic ${name} does not exist`);
      if (sizeOf(encoded) > MOST_RECORD_BYTES) throw tooLarge(sizeOf(encoded));
      const key = { start: encoded.at, end: encoded.at + encoded.keyBytes };
      return { topicId: topic.id, partition: partitionForBytes(lot.bytes, key, topic.partitions), encoded };
    });
    return { bytes: lot.bytes, records: placed, topics: records.map((record) => record.topic) };
  }

  #expire(call: Call): void {
    call.expired = true;
    const waiting = this.#queue.indexOf(call);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
    call.reject(new LogUnavailableError('the log did not confirm in time'));
  }

  async #work(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    // Calls of the same turn of the event loop share the first commit too.
    await nextTurn();
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      const outcome = await this.#write(group);
      if (outcome === 'again') {
        await sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      } else {
        pauseMs = FIRST_PAUSE_MS;
      }
    }
    this.#worker = undefined;
  }

  #takeGroup(): Call[] {
    let records = 0;
    let bytes = 0;
    let calls = 0;
    for (const call of this.#queue) {
      records += call.lot.records.length;
      bytes += call.lot.bytes.length;
      if (calls > 0 && (records > GROUP_RECORDS || bytes > GROUP_BYTES)) break;
      calls++;
    }
    return this.#queue.splice(0, calls);
  }

  async #write(group: readonly Call[]): Promise<'decided' | 'again'> {
    try {
      const offsets = await appendAll(
        this.pool,
        group.map((call) => call.lot),
      );
      confirm(group, offsets);
      this.onAppended();
      return 'decided';
    } catch (error) {
      if (nothingWritten(error)) {
        this.#queue.unshift(...group.filter((call) => !call.expired));
        return 'again';
      }
      for (const call of group) settle(call, () => call.reject(unavailable(error)));
      return 'decided';
    }
  }
}

function confirm(group: readonly Call[], offsets: readonly number[]): void {
  let next = 0;
  for (const call of group) {
    const { records, topics } = call.lot;
    const positions = records.map(({ partition }, n) => ({ topic: topics[n] ?? '', partition, offset: offsets[next++] ?? NaN }));
    settle(call, () => call.resolve(positions));
  }
}

function settle(call: Call, decide: () => void): void {
  clearTimeout(call.timer);
  decide();
}

/** Only then is it safe to send again without doubling: no connection was had, or the server refused the statement. */
function nothingWritten(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return error.phase === 'connect';
  const state = sqlState(error);
  return state === '57P03' || state === '57014' || state === '55P03' || /^(40|53)/.test(state ?? '');
}

function unavailable(cause: unknown): LogUnavailableError {
  return new LogUnavailableError('the log cannot be written at the moment', cause);
}

function tooLarge(bytes: number): LogError {
  return new LogError('LOG_RECORD_TOO_LARGE', false, `a record of ${bytes} bytes is larger than ${MOST_RECORD_BYTES}`);
}
