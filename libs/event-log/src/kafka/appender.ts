import { LogError } from '../errors';
import type { LogPosition } from '../port';
import type { AppendTicket, PendingRecord } from './append-ticket';
import { isBrokenProducer, isTooLarge, isUnknownTopic, toLogError } from './kafka-errors';
import { type Chunk, PendingQueues, type SendLimits } from './pending-queues';
import { type ConnectProducer, ProducerSlot } from './producer-slot';
import { atMost, backOffMs, Signal } from './signal';
import { type Acknowledged, sendVerified } from './verified-send';

export interface AppenderOptions {
  readonly limits: SendLimits;
  /** A send that has not ended by then is given up, milliseconds (default 20,000). */
  readonly sendWithinMs?: number;
  readonly onWarning: (message: string, cause?: unknown) => void;
}

/** The same producer is tried this often before another one takes over (which may write a record twice, never lose it). */
const TRIES_PER_PRODUCER = 4;
const SEND_WITHIN_MS = 20_000;

/** kafkajs forgets requests whose connection breaks at the wrong moment: such a send never ends, and everything behind it would wait for ever. */
class SendForgottenError extends Error {}

/**
 * Group commit in front of one producer: exactly one send is outstanding, its retries included; what arrives meanwhile goes
 * into the next. Two sends at once would share sequence numbers after a lost acknowledgement: one lost, one doubled.
 */
export class Appender {
  readonly #queues = new PendingQueues();
  readonly #producer: ProducerSlot;
  readonly #closing = new Signal();
  #sending: Promise<void> | undefined;

  constructor(
    connect: ConnectProducer,
    private readonly options: AppenderOptions,
  ) {
    this.#producer = new ProducerSlot(connect);
  }

  add(entries: readonly PendingRecord[]): void {
    this.#queues.add(entries);
    this.#sending ??= this.#sendAll();
  }

  /** Everything added is settled (by its deadline at the latest), then the producer is given back. */
  async close(): Promise<void> {
    this.#closing.notify();
    await this.#sending;
    await this.#producer.discard();
  }

  async #sendAll(): Promise<void> {
    // One turn of the event loop, so that all that was appended in this turn shares a request.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#queues.empty) await this.#deliver(this.#queues.take(this.options.limits));
    this.#sending = undefined;
  }

  /** Until every chunk is acknowledged, or nobody waits for it any more. Never rejects. */
  async #deliver(chunks: readonly Chunk[]): Promise<void> {
    let open = chunks;
    for (let failures = 0; open.length > 0;) {
      try {
        open = await this.#sendOnce(open);
        failures = 0;
      } catch (error) {
        failures += 1;
        open = await this.#afterFailure(open, error, failures);
      }
    }
  }

  /** The chunks that are to be sent again, as they are. */
  async #sendOnce(chunks: readonly Chunk[]): Promise<readonly Chunk[]> {
    const producer = await this.#inTime(this.#producer.get());
    const { acknowledged, missing, mistaken } = await this.#inTime(sendVerified(producer.send, chunks, producer.ends));
    acknowledged.forEach(settle);
    if (missing.length > 0)
      this.options.onWarning(`${missing.length} partitions were dropped from an acknowledged send, sending them again`);
    if (mistaken.length > 0) {
      this.options.onWarning(`${mistaken.length} batches were taken for earlier ones, sending them with a fresh producer`);
      await this.#producer.discard();
    }
    return [...missing, ...mistaken];
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const withinMs = this.options.sendWithinMs ?? SEND_WITHIN_MS;
    const outcome = await atMost(
      work.then((value) => ({ value })),
      withinMs,
    );
    if (!outcome) throw new SendForgottenError(`a send has not ended within ${withinMs} ms`);
    return outcome.value;
  }

  async #afterFailure(open: readonly Chunk[], error: unknown, failures: number): Promise<readonly Chunk[]> {
    this.options.onWarning('a send failed', error);
    if (isTooLarge(error)) return this.#divide(open, error);
    if (isUnknownTopic(error)) return this.#giveUp(open, error);
    if (error instanceof SendForgottenError || isBrokenProducer(error) || failures % TRIES_PER_PRODUCER === 0)
      await this.#producer.discard();
    const wanted = open.filter((chunk) => chunk.entries.some((entry) => !entry.ticket.settled));
    // A chunk that is dropped leaves a sequence range of unknown fate behind: its numbers must not be used for other records.
    if (wanted.length < open.length) await this.#producer.discard();
    if (wanted.length > 0) await this.#closing.wait(backOffMs(failures, 100, 1_000));
    return wanted;
  }

  /** Find the record that the broker refuses: the others must not suffer for it. */
  async #divide(open: readonly Chunk[], error: unknown): Promise<readonly Chunk[]> {
    await this.#producer.discard();
    const [only] = open;
    if (open.length === 1 && only?.entries.length === 1) {
      const message = `${only.topic}/${only.partition} refuses a record of ${only.entries[0]?.bytes ?? 0} bytes`;
      failAll(open, new LogError('LOG_RECORD_TOO_LARGE', false, message, { cause: error }));
      return [];
    }
    const parts = open.length > 1 ? open : halves(only);
    for (const part of parts) await this.#deliver([part]);
    return [];
  }

  async #giveUp(open: readonly Chunk[], error: unknown): Promise<readonly Chunk[]> {
    await this.#producer.discard();
    failAll(open, toLogError(error, 'append'));
    return [];
  }
}

function settle({ chunk, baseOffset }: Acknowledged): void {
  chunk.entries.forEach(({ ticket, index }, at) => {
    const position: LogPosition = { topic: chunk.topic, partition: chunk.partition, offset: baseOffset + at };
    ticket.written(index, position);
  });
}

function failAll(chunks: readonly Chunk[], error: LogError): void {
  const tickets = new Set<AppendTicket>(chunks.flatMap((chunk) => chunk.entries.map((entry) => entry.ticket)));
  for (const ticket of tickets) ticket.fail(error);
}

function halves(chunk: Chunk | undefined): Chunk[] {
  if (!chunk) return [];
  const middle = Math.ceil(chunk.entries.length / 2);
  return [chunk.entries.slice(0, middle), chunk.entries.slice(middle)].map((entries) => ({ ...chunk, entries }));
}
