import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isTransient, sqlState, DatabaseUnavailableError } from './errors';
import { connectionSettings } from './pool';

export interface WaitOptions {
  /** Told once when there is something to wait for, and once when it is over. */
  readonly log: (line: string) => void;
  /** Give up after this time, milliseconds (default: never). */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Resolves when the database answers. Waits as long as it cannot be reached; wrong credentials or a missing database
 * are thrown at once, as waiting would not help.
 */
export async function waitForDatabase(url: string, options: WaitOptions): Promise<void> {
  const giveUpAt = options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (let told = false; ; told = true) {
    const failure = await probe(url);
    if (failure === undefined) {
      if (told) options.log('the database answers');
      return;
    }
    if (!isTransient(failure) || performance.now() >= giveUpAt) throw failure;
    if (!told) options.log(`waiting for the database at ${placeOf(url)} (${failure.message})`);
    await sleep(pauseMs, undefined, options.signal ? { signal: options.signal } : {});
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function probe(url: string): Promise<Error | undefined> {
  const client = new Client(connectionSettings({ url, connectTimeoutMs: 5_000 }));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    return error instanceof Error && sqlState(error) !== undefined ? error : new DatabaseUnavailableError('connect', error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Host, port and database of a URL, without its password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
