import type { Query } from '../app/filters';

/** How fresh an answer is. */
export interface AsOf {
  readonly event_time: string | null;
  readonly lag_events: number;
  readonly lag_ms: number;
  readonly at: string;
}

/** What the API says went wrong (RFC 9457), or that it cannot be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

const LONGEST_MS = 30_000;
/** Cross-site pages cannot send it without asking first: the server takes a session only together with it. */
const PAGE_HEADERS = { 'x-picly-page': '1' };

/** The address of a call, for links and exports as well; parameters without a value are left out. */
export function apiAddress(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return `/api/analytics/${path}${text === '' ? '' : `?${text}`}`;
}

async function problemOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  const said = [body['detail'], body['title']].find((text) => typeof text === 'string');
  const code = typeof body['code'] === 'string' ? body['code'] : `http_${response.status}`;
  return new ApiError(
    response.status,
    code,
    said ?? `the server answered ${response.status}`,
    response.status >= 500 || response.status === 429,
  );
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Asks the API. Throws `ApiError`. */
export async function call<T>(address: string, { method = 'GET', body, signal }: CallOptions = {}): Promise<T> {
  const limit = AbortSignal.timeout(LONGEST_MS);
  const response = await fetch(address, {
    method,
    headers: { accept: 'application/json', ...PAGE_HEADERS, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'the server does not answer', true);
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}
