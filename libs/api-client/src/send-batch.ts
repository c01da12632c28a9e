import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client';
import { ApiError, type ProblemDetail } from './errors';

/** What batches are sent to. */
export type BatchTarget = Pick<ApiClient, 'baseUrl' | 'post'>;

/** An event as POST /api/analytics/batch takes it; its `event_id` makes sending it again harmless. */
export type BatchEvent = Readonly<Record<string, unknown>> & { readonly type: string; readonly event_id: string };

export interface BatchEventResult {
  readonly event_id: string;
  readonly status: 'accepted' | 'rejected';
  /** The id was known with the same body: nothing was appended. */
  readonly deduplicated?: boolean;
  readonly errors?: readonly ProblemDetail[];
}

export interface BatchAnswer {
  /** One per event, in the order sent. */
  readonly results: readonly BatchEventResult[];
  readonly positions: readonly string[];
}

export interface RetryOptions {
  /** Give up when the API has refused or been away for this long without a break, milliseconds (default 120,000). */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  /** Told why it waits and for how long. */
  readonly onWait?: (error: ApiError, waitMs: number) => void;
}

const PATH = '/api/analytics/batch';
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

interface WireAnswer {
  readonly results: readonly BatchEventResult[];
  readonly position?: string | null;
}

/**
 * Send events until the API has answered for each of them: waits and repeats (same ids) while it is away, busy or refuses
 * for now, sends halves when a batch is too large. Throws the `ApiError` that repetition does not help.
 */
export async function sendBatch(client: BatchTarget, events: readonly BatchEvent[], retry: RetryOptions = {}): Promise<BatchAnswer> {
  try {
    const answer = await patiently(() => client.post<WireAnswer>(PATH, { events }, retry.signal ? { signal: retry.signal } : {}), retry);
    if (!Array.isArray(answer.results) || answer.results.length !== events.length) {
      throw new ApiError('API_NOT_JSON', `${client.baseUrl} does not answer batches as Picly does: check PICLY_URL`);
    }
    return { results: answer.results, positions: answer.position ? [answer.position] : [] };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 413 || events.length < 2) throw error;
    return inHalves(client, events, retry);
  }
}

async function inHalves(client: BatchTarget, events: readonly BatchEvent[], retry: RetryOptions): Promise<BatchAnswer> {
  const middle = Math.ceil(events.length / 2);
  const first = await sendBatch(client, events.slice(0, middle), retry);
  const second = await sendBatch(client, events.slice(middle), retry);
  return { results: [...first.results, ...second.results], positions: [...first.positions, ...second.positions] };
}

/** Repeat while the API says "not now", as long as `patienceMs`. */
export async function patiently<T>(ask: () => Promise<T>, retry: RetryOptions = {}): Promise<T> {
  const giveUpAt = performance.now() + (retry.patienceMs ?? 120_000);
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      await waitFor(error, attempt, giveUpAt, retry);
    }
  }
}

/** Resolves when the request is worth repeating; throws the error when it never will be, or patience ends before. */
async function waitFor(error: unknown, attempt: number, giveUpAt: number, { onWait, signal }: RetryOptions): Promise<void> {
  if (!(error instanceof ApiError) || !error.retryable) throw error;
  const waitMs = error.retryAfterMs ?? backOffMs(attempt);
  if (performance.now() + waitMs > giveUpAt) throw error;
  onWait?.(error, waitMs);
  await sleep(waitMs, undefined, signal ? { signal } : {});
}

/** Doubling, with the upper half drawn at random so that senders do not return in step. */
function backOffMs(attempt: number): number {
  const full = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempt, 10), LONGEST_WAIT_MS);
  return full / 2 + (Math.random() * full) / 2;
}
