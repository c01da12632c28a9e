import { allows, ProblemError, whenKnown, type ApiKey, type Authenticator, type Caller, type MaybeLater } from '@picly/platform';
import type { FastifyRequest } from 'fastify';
import { isLoopbackOrigin } from '../../keys/origins';

/** Who writes, and what they may write. */
export interface Writer {
  /** The key's id; absent while the system has no keys. */
  readonly keyId?: string;
  /** Every event, or only those that browsers send. */
  readonly mayWrite: 'everything' | 'browser-events';
  readonly eventsPerMinute: number | null;
}

/** Whether a key may be used from where the request comes; a key bound to origins needs one. */
export function isOriginAllowed(key: Pick<ApiKey, 'origins'>, origin: string | undefined): boolean {
  return key.origins.length === 0 || (origin !== undefined && key.origins.includes(origin));
}

/** What a caller may write from this origin. Throws `forbidden` and `origin_not_allowed` problems. */
export function writerOf(caller: Caller, origin: string | undefined): Writer {
  if (caller.kind !== 'key') {
    // A page from elsewhere that runs in a browser of this machine is not this machine.
    if (origin === undefined || isLoopbackOrigin(origin)) return { mayWrite: 'everything', eventsPerMinute: null };
    throw new ProblemError('origin_not_allowed', { detail: 'without any key configured only pages of this machine may send events' });
  }
  const { key } = caller;
  const mayAll = allows(caller, 'ingest:server');
  if (!mayAll && !allows(caller, 'ingest:browser'))
    throw new ProblemError('forbidden', { detail: 'writing needs a key with scope ingest:server or ingest:browser' });
  if (!isOriginAllowed(key, origin)) throw new ProblemError('origin_not_allowed', { detail: 'this key is bound to other origins' });
  return { keyId: key.id, mayWrite: mayAll ? 'everything' : 'browser-events', eventsPerMinute: key.rateLimitPerMinute };
}

/** The key in `?key=`, for beacons, which cannot set headers. Throws for a key that must not stand in a URL. */
export function queryKeyOf(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('key' in query)) return undefined;
  const { key } = query;
  // A URL ends up in logs and histories: only keys that may be public can stand in one.
  if (typeof key === 'string' && key.startsWith('pk_')) return key;
  throw new ProblemError('unauthenticated', {
    detail: 'only a browser key may be given as ?key=; send others as Authorization: Bearer <key>',
    headers: { 'www-authenticate': 'Bearer realm="picly"' },
  });
}

/** Tells who writes. Throws `unauthenticated`, `forbidden` and `origin_not_allowed` problems. */
export function authoriseWriter(request: FastifyRequest, authenticator: Authenticator): MaybeLater<Writer> {
  const key = queryKeyOf(request.query);
  const caller = authenticator.authenticate({
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress,
    ...(key !== undefined && { key }),
  });
  return whenKnown(caller, (known) => writerOf(known, request.headers.origin));
}
