import { ApiError, type ProblemDetail } from './errors';

const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 429, 502, 503, 504]);

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Math.round(Number(header) * 1000);
  const at = Date.parse(header);
  return Number.isFinite(at) ? Math.max(0, at - nowMs) : undefined;
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly ProblemDetail[];
}

function readProblem(text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function sentenceOf(status: number, problem: Problem): string {
  if (status === 401) return 'the API wants a key: set PICLY_KEY to one that may do this';
  if (status === 403) return `the key in PICLY_KEY may not do this${problem.detail ? ` (${problem.detail})` : ''}`;
  const fields = (problem.errors ?? []).map((each) => `${each.pointer || '(body)'}: ${each.message}`);
  return [problem.detail ?? problem.title ?? `the API answered ${status}`, ...fields].join('; ');
}

/** The error for an answer that is not a success. */
export function refusal(status: number, headers: Headers, text: string): ApiError {
  const problem = readProblem(text);
  const wait = retryAfterMs(headers.get('retry-after'), Date.now());
  return new ApiError('API_REFUSED', sentenceOf(status, problem), {
    status,
    ...(problem.code !== undefined && { problem: problem.code }),
    details: problem.errors ?? [],
    ...(wait !== undefined && { retryAfterMs: wait }),
    retryable: RETRYABLE_STATUSES.has(status),
  });
}
