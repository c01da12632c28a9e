import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { refusal } from './answer';
import { ApiError } from './errors';

const compress = promisify(gzip);
const GZIP_FROM_BYTES = 2_048;
const FASTEST = 1;

export interface ApiClientOptions {
  /** Such as http://127.0.0.1:3000. */
  readonly baseUrl: string;
  readonly key?: string;
  /** Give up on one request after this time, milliseconds (default 60,000). */
  readonly timeoutMs?: number;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** The read waits until its view has folded this far (`X-Picly-After`). */
  readonly after?: string;
  readonly signal?: AbortSignal;
  /** Statuses that are answers here, not failures. */
  readonly accept?: readonly number[];
}

/** The public HTTP API, as its users see it: JSON in, JSON out, every failure an `ApiError`. */
export class ApiClient {
  readonly baseUrl: string;
  private readonly timeoutMs: number;
  private readonly authorization: Readonly<Record<string, string>>;

  constructor(options: ApiClientOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.timeoutMs = options.timeoutMs ?? 60_000;
    this.authorization = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
  }

  async get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return parse<T>(await this.fetch('GET', path, options));
  }

  /** The answer as it comes, for exports; its body must be consumed. */
  async open(path: string, options: RequestOptions = {}): Promise<Response> {
    return this.fetch('GET', path, options);
  }

  async post<T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return parse<T>(await this.fetch('POST', path, { ...options, text: JSON.stringify(body) }));
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return parse<T>(await this.fetch('PATCH', path, { text: JSON.stringify(body) }));
  }

  /** The answer to a POST as it comes; its body must be consumed. */
  async download(path: string, body: unknown, options: RequestOptions = {}): Promise<Response> {
    return this.fetch('POST', path, { ...options, text: JSON.stringify(body) });
  }

  async delete(path: string): Promise<void> {
    const response = await this.fetch('DELETE', path, {});
    await response.arrayBuffer();
  }

  private async fetch(method: string, path: string, options: RequestOptions & { readonly text?: string }): Promise<Response> {
    const url = `${this.baseUrl}${path}${queryString(options.query)}`;
    const payload = options.text === undefined ? { headers: {} } : await encode(options.text);
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const init: RequestInit = {
      method,
      headers: { accept: 'application/json', ...this.authorization, ...afterHeader(options.after), ...payload.headers },
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
      ...('body' in payload && { body: payload.body }),
    };
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw unreachable(this.baseUrl, cause);
    }
    if (!response.ok && !options.accept?.includes(response.status))
      throw refusal(response.status, response.headers, await response.text().catch(() => ''));
    return response;
  }
}

function afterHeader(position: string | undefined): Record<string, string> {
  return position === undefined ? {} : { 'x-picly-after': position };
}

function queryString(query: RequestOptions['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

async function encode(text: string): Promise<{ headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> }> {
  const json = { 'content-type': 'application/json' };
  if (text.length < GZIP_FROM_BYTES) return { headers: json, body: text };
  const packed = await compress(text, { level: FASTEST });
  return { headers: { ...json, 'content-encoding': 'gzip' }, body: new Uint8Array(packed) };
}

async function parse<T>(response: Response): Promise<T> {
  const text = await response.text().catch((cause: unknown) => {
    throw unreachable(response.url, cause);
  });
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new ApiError('API_NOT_JSON', `${response.url} does not answer as Picly does: check PICLY_URL`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
};

interface ErrorLike {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
}

// fetch() makes its errors in a realm of its own: instanceof does not know them everywhere.
const asErrorLike = (value: unknown): ErrorLike | undefined => (typeof value === 'object' && value !== null ? value : undefined);

function reasonOf(error: unknown): string {
  const outer = asErrorLike(error);
  if (outer?.name === 'TimeoutError') return 'it does not answer in time';
  const inner = asErrorLike(outer?.cause) ?? outer;
  return REASONS[String(inner?.code)] ?? String(inner?.message ?? error);
}

function unreachable(baseUrl: string, error: unknown): ApiError {
  const message = `${baseUrl} cannot be reached: ${reasonOf(error)}. Start the system with "npm start", or set PICLY_URL`;
  return new ApiError('API_UNREACHABLE', message, { retryable: true, cause: error });
}
