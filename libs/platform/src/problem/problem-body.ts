import { PROBLEMS, type FieldError, type ProblemCode } from '@picly/contracts';
import type { ProblemError } from './problem-error';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';
const LONGEST_INSTANCE = 200;

/** The body of every error answer (RFC 9457, plus `code` and `errors`). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly code: ProblemCode;
  readonly errors?: readonly FieldError[];
}

/** The path of a request without its query, which may carry what must not be echoed. */
export function instanceOf(url: string | undefined): string | undefined {
  const path = url?.split('?', 1)[0]?.slice(0, LONGEST_INSTANCE);
  return path !== undefined && /^\/[\w\-./~%:]*$/.test(path) ? path : undefined;
}

export function problemBody(problem: ProblemError, url?: string): ProblemBody {
  const { detail, errors, extra } = problem.details;
  const instance = instanceOf(url);
  return {
    type: `/docs#problem-${problem.code}`,
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    ...(detail !== undefined && { detail }),
    ...(instance !== undefined && { instance }),
    code: problem.code,
    ...(errors !== undefined && { errors }),
    ...extra,
  };
}

/** The headers that go with a problem. */
export function problemHeaders(problem: ProblemError): Record<string, string> {
  const { retryAfterSeconds, headers } = problem.details;
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
    ...headers,
  };
}
