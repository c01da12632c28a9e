import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionSettings, type DatabasePool } from '@picly/database';
import { Client } from 'pg';

const CHANNEL = 'picly_log';
/** Other processes are told of appends at most this often: their latency, and our cost under load. */
const NOTIFY_EVERY_MS = 20;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** `look`: news may have been missed, everything may have changed. */
export type News = 'appended' | 'look' | { readonly group: string };

/**
 * Tells readers that there may be something new: at once inside this process, by NOTIFY across processes. News can be
 * lost (a broken connection), so those who wait also look by themselves now and then.
 */
export class Wakeups {
  readonly #id = randomUUID();
  readonly #listeners = new Set<(news: News) => void>();
  readonly #closing = new AbortController();
  #client: Client | undefined;
  #ended: Promise<void> | undefined;
  #listening: Promise<void> | undefined;
  #notifyTimer: NodeJS.Timeout | undefined;
  #notifiedAt = -Infinity;

  constructor(private readonly pool: DatabasePool) {}

  /** True while news of other processes arrive. */
  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** Answers how to stop listening. The connection for news is opened with the first listener. */
  on(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    this.#listening ??= this.#listen();
    return () => this.#listeners.delete(listener);
  }

  appended(): void {
    this.#tellHere('appended');
    if (this.#notifyTimer) return;
    const waitMs = this.#notifiedAt + NOTIFY_EVERY_MS - performance.now();
    this.#notifyTimer = setTimeout(
      () => {
        this.#notifyTimer = undefined;
        this.#notifiedAt = performance.now();
        void this.#tellOthers('a');
      },
      Math.max(0, waitMs),
    );
  }

  async groupChanged(group: string): Promise<void> {
    this.#tellHere({ group });
    await this.#tellOthers(`g${group}`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#notifyTimer);
    await this.#client?.end().catch(() => undefined);
    await this.#listening;
  }

  #tellHere(news: News): void {
    for (const listener of [...this.#listeners]) listener(news);
  }

  async #tellOthers(message: string): Promise<void> {
    // A lost message costs the others some delay only.
    await this.pool.query('select pg_notify($1, $2)', [CHANNEL, `${this.#id}${message}`], 'picly-log-notify').catch(() => undefined);
  }

  async #listen(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#closing.signal.aborted) {
      if (await this.#connect()) {
        pauseMs = FIRST_PAUSE_MS;
        this.#tellHere('look');
        await this.#ended;
        this.#client = undefined;
      }
      if (this.#closing.signal.aborted) return;
      await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  async #connect(): Promise<boolean> {
    const client = new Client(connectionSettings({ url: this.pool.url, applicationName: 'picly log news' }));
    this.#ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => this.#received(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      if (this.#closing.signal.aborted) throw new Error('closing');
      this.#client = client;
      return true;
    } catch {
      await client.end().catch(() => undefined);
      return false;
    }
  }

  #received(payload: string): void {
    const sender = payload.slice(0, this.#id.length);
    if (sender === this.#id) return;
    const message = payload.slice(this.#id.length);
    this.#tellHere(message.startsWith('g') ? { group: message.slice(1) } : 'appended');
  }
}
