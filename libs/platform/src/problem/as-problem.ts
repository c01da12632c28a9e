import { isTransient } from '@picly/database';
import { LogError } from '@picly/event-log';
import type { ProblemCode } from '@picly/contracts';
import { ProblemError } from './problem-error';

const RETRY_SECONDS = 1;

/** What Fastify's own errors mean here. Their messages may quote the request, so none of them is passed on. */
const BY_CODE: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_json', 'the body is empty'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed_json', 'the body is not JSON (or has a __proto__ key)'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_json', 'the body is not as long as Content-Length says'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'the body is larger than this call allows'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'send application/json, or JSON as text/plain'],
  FST_ERR_BAD_URL: ['not_found', 'the path is not a valid URL'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'a part of the path is too long'],
  FST_ERR_NOT_FOUND: ['not_found', 'there is nothing at this path'],
  FST_ERR_HANDLER_TIMEOUT: ['service_unavailable', 'the answer took too long'],
};

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'headers_too_large',
};

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (Reflect.get(error, name) as unknown) : undefined;
}

function statusOf(error: unknown): number | undefined {
  for (const name of ['statusCode', 'status']) {
    const status = property(error, name);
    if (typeof status === 'number') return status;
  }
  return undefined;
}

function byCode(error: unknown): ProblemError | undefined {
  const code = property(error, 'code');
  if (typeof code !== 'string') return undefined;
  const known = BY_CODE[code];
  if (known) return new ProblemError(known[0], { detail: known[1], cause: error });
  if (/^(Z_|ERR__|ERR_BROTLI|ERR_ZLIB)/.test(code)) {
    return new ProblemError('malformed_json', { detail: 'the body is not what Content-Encoding says', cause: error });
  }
  return undefined;
}

/** Turns whatever was thrown into a problem. Only what nobody foresaw becomes `internal`. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const known = byCode(error);
  if (known) return known;
  const status = statusOf(error);
  // Before the next one: a client that hangs up looks like a lost connection.
  if (status !== undefined && status >= 400 && status < 500)
    return new ProblemError(BY_STATUS[status] ?? 'validation_failed', { cause: error });
  if (error instanceof LogError && error.retryable) {
    return new ProblemError('log_unavailable', { retryAfterSeconds: RETRY_SECONDS, cause: error });
  }
  if (isTransient(error)) {
    return new ProblemError('service_unavailable', {
      detail: 'the database does not answer now',
      retryAfterSeconds: RETRY_SECONDS,
      cause: error,
    });
  }
  return new ProblemError('internal', { cause: error });
}
