import type { EventQueue } from './event-queue';
import type { Lead } from './lead';
import type { Delivery, Transport } from './transport';

export interface SenderDeps {
  readonly queue: Pick<EventQueue, 'waiting' | 'remove'>;
  readonly transport: Pick<Transport, 'send' | 'beacon'>;
  /** Lets one tab at a time send. */
  readonly lead: Lead;
  readonly warn: (message: string) => void;
  /** Runs something later; answers how to call it off. */
  readonly later: (work: () => void, ms: number) => () => void;
}

const BATCH = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** How soon a tab that does not lead looks whether its events are gone. */
const FOLLOWER_WAIT_MS = 2_000;

/** Brings waiting events home: in batches, as long as it takes, from one tab at a time. */
export class Sender {
  private busy = false;
  private failures = 0;
  private callOff: (() => void) | undefined;

  constructor(private readonly deps: SenderDeps) {}

  /** Sends what waits; harmless to call at any time. Resolves when this try is over. */
  async kick(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.callOff?.();
    this.callOff = undefined;
    try {
      const led = await this.deps.lead(() => this.drain());
      if (!led && this.deps.queue.waiting().length > 0) this.again(FOLLOWER_WAIT_MS);
    } finally {
      this.busy = false;
    }
  }

  /** While the page goes. What arrives twice counts once. */
  leave(): void {
    const waiting = this.deps.queue.waiting();
    if (waiting.length > 0) this.deps.transport.beacon(waiting);
  }

  private async drain(): Promise<void> {
    for (let events = this.next(); events.length > 0; events = this.next()) {
      const delivery = await this.deps.transport.send(events);
      this.deps.queue.remove(delivery.settled);
      for (const reason of delivery.refused ?? []) this.deps.warn(reason);
      if (delivery.waitMs !== undefined) return this.again(this.waitOf(delivery));
      this.failures = 0;
    }
  }

  private next = () => this.deps.queue.waiting().slice(0, BATCH);

  /** Doubling, the upper half by chance, so that visitors do not come back in step. */
  private waitOf({ waitMs = -1 }: Delivery): number {
    const full = Math.min(FIRST_WAIT_MS * 2 ** Math.min(this.failures++, 10), LONGEST_WAIT_MS);
    return waitMs >= 0 ? waitMs : full / 2 + (Math.random() * full) / 2;
  }

  private again(ms: number): void {
    this.callOff?.();
    this.callOff = this.deps.later(() => void this.kick(), ms);
  }
}
