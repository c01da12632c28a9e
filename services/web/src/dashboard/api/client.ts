import type { Query } from '../app/filters';

/** How fresh an answer is. */
export interface AsOf {
  readonly event_time: string | null;
  readonly lag_events: number;
  readonly lag_ms: number;
  readonly at: string;
}

/** What is wrong with a field of what was sent. */
export interface FieldError {
  /** Where, as a JSON pointer; empty = the whole. */
  readonly pointer: string;
  readonly message: string;
}

/** What the API says went wrong (RFC 9457), or that it cannot be reached. */
export class ApiError extends Error {
  readonly retryable: boolean;
  readonly errors: readonly FieldError[];

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    { retryable, errors = [] }: { readonly retryable: boolean; readonly errors?: readonly FieldError[] },
  ) {
    super(message);
    this.name = 'ApiError';
    this.retryable = retryable;
    this.errors = errors;
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

function fieldErrors(told: unknown): readonly FieldError[] {
  if (!Array.isArray(told)) return [];
  return told.flatMap((one: Readonly<Record<string, unknown>>) =>
    typeof one['pointer'] === 'string' && typeof one['message'] === 'string' ? [{ pointer: one['pointer'], message: one['message'] }] : [],
  );
}

async function problemOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  const said = [body['detail'], body['title']].find((text) => typeof text === 'string');
  const code = typeof body['code'] === 'string' ? body['code'] : `http_${response.status}`;
  return new ApiError(response.status, code, said ?? `the server answered ${response.status}`, {
    retryable: response.status >= 500 || response.status === 429,
    errors: fieldErrors(body['errors']),
  });
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
    throw new ApiError(0, 'unreachable', 'the server does not answer', { retryable: true });
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}
