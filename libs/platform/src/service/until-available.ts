import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '@picly/event-log';
import { isTransient } from '@picly/database';
import type { Logger } from '../logging/logger';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

export interface WaitingFor {
  /** Completes "waiting for". */
  readonly what: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

const curable = (error: unknown): error is Error =>
  error instanceof LogError ? error.retryable : error instanceof Error && isTransient(error);

/** Tries until it works, saying once what is waited for; an error that waiting does not cure is thrown. */
export async function untilAvailable<T>(attempt: () => Promise<T>, { what, logger, signal }: WaitingFor): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!curable(error)) throw error;
      if (pauseMs === FIRST_PAUSE_MS) logger.warn(`waiting for ${what} (${error.message})`);
      await sleep(pauseMs, undefined, signal ? { signal } : {});
    }
  }
}
