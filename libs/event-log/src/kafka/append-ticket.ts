import type { LogError } from '../errors';
import { LogUnavailableError } from '../errors';
import type { AppendRecord, LogPosition } from '../port';

/** One call of `append`: settled once, by the last of its records, by its deadline or by a failure. */
export class AppendTicket {
  readonly done: Promise<readonly LogPosition[]>;
  readonly #positions: LogPosition[];
  readonly #timer: NodeJS.Timeout;
  #left: number;
  #settled = false;
  #resolve: (positions: readonly LogPosition[]) => void = () => undefined;
  #reject: (error: LogError) => void = () => undefined;

  constructor(records: number, deadlineMs: number) {
    this.#left = records;
    this.#positions = new Array<LogPosition>(records);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const late = `Kafka did not confirm ${records} records within ${deadlineMs} ms`;
    this.#timer = setTimeout(() => this.fail(new LogUnavailableError(late)), deadlineMs);
  }

  /** True once nobody waits for the outcome any more. */
  get settled(): boolean {
    return this.#settled;
  }

  written(index: number, position: LogPosition): void {
    this.#positions[index] = position;
    this.#left -= 1;
    if (this.#left > 0 || this.#settled) return;
    this.#end();
    this.#resolve(this.#positions);
  }

  fail(error: LogError): void {
    if (this.#settled) return;
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
  }
}

/** A record of a ticket on its way into one partition. */
export interface PendingRecord {
  readonly record: AppendRecord;
  readonly partition: number;
  readonly bytes: number;
  readonly ticket: AppendTicket;
  /** Its place among the records of the ticket. */
  readonly index: number;
}

const OVERHEAD_BYTES = 70;

/** Size on the wire, rounded up: used to stay below the broker's limit per batch. */
export function recordBytes(record: AppendRecord): number {
  let bytes = OVERHEAD_BYTES + Buffer.byteLength(record.key) + record.value.length;
  for (const name in record.headers) bytes += 6 + Buffer.byteLength(name) + Buffer.byteLength(record.headers[name] ?? '');
  return bytes;
}
