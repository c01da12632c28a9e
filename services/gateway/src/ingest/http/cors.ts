import type { MaybeLater } from '@picly/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackOrigin } from '../../keys/origins';

export interface OriginDirectory {
  hasKeys(): MaybeLater<boolean>;
  /** Every origin that some key is bound to; `*` when a browser key is bound to none. */
  knownOrigins(): MaybeLater<ReadonlySet<string>>;
}

const PREFLIGHT_SECONDS = '600';
const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, x-picly-after';
const EXPOSED_HEADERS = 'retry-after, x-picly-as-of, x-picly-next-cursor';

/** Whether a page of this origin may see answers at all; whether it may do what it asks is the key's business. */
async function isKnown(origin: string, directory: OriginDirectory): Promise<boolean> {
  if (!(await directory.hasKeys())) return isLoopbackOrigin(origin);
  const known = await directory.knownOrigins();
  return known.has(origin) || known.has('*');
}

/** Puts CORS headers on the answer when the page that asks may see it. */
export async function allowOrigin(request: FastifyRequest, reply: FastifyReply, directory: OriginDirectory): Promise<void> {
  const { origin } = request.headers;
  if (origin === undefined) return;
  void reply.header('vary', 'Origin');
  if (!(await isKnown(origin, directory))) return;
  void reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED_HEADERS);
}

/** Answers the question a browser asks before it sends; carries no key, so it is allowed for every origin known. */
export function answerPreflight(reply: FastifyReply): void {
  void reply
    .header('access-control-allow-methods', 'GET, POST, DELETE')
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .header('access-control-max-age', PREFLIGHT_SECONDS)
    .status(204)
    .send();
}
