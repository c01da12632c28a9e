import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../problem/problem-error';

export const SESSION_COOKIE = 'picly_session';
/** A page of our own sends this with every request; a page from elsewhere would have to ask first, and is refused. */
export const PAGE_HEADER = 'x-picly-page';

const TOKEN = /(?:^|;\s*)picly_session=([\w-]{20,200})(?:;|$)/;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a browser says that one of our own pages asks; true where nothing is said (programs, typed addresses). */
export function isSameOrigin({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** The session a request brings. Throws `forbidden` when it comes from a page elsewhere, or changes something without our header. */
export function sessionTokenOf(headers: IncomingHttpHeaders, method: string | undefined): string | undefined {
  const token = headers.cookie === undefined ? undefined : TOKEN.exec(headers.cookie)?.[1];
  if (token === undefined) return undefined;
  const isReading = method !== undefined && READING.has(method);
  if (!isSameOrigin(headers) || !(isReading || headers[PAGE_HEADER] !== undefined)) {
    throw new ProblemError('forbidden', { detail: 'a session counts only for requests of our own pages' });
  }
  return token;
}
