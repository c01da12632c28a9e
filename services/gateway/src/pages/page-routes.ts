import { ProblemError } from '@picly/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebFile, WebFiles } from './web-files';

const YEAR_SECONDS = 31_536_000;

/** Nothing but our own files: no inline script or style, no frame, no form that leaves. */
const PAGE_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data: blob:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

const PAGE_HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

/** The widget is taken by pages of any origin. */
const ASSET_HEADERS = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } as const;

function sendFile(file: WebFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers({
    'content-type': file.type,
    etag: file.etag,
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
    'cache-control': file.isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
  });
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send();
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (takesGzip) return reply.header('content-encoding', 'gzip').send(file.gzipped);
  return reply.send(file.bytes);
}

/** The dashboard at /analytics, and the files of dashboard and widget below /static. Open to all: they hold no figure. */
export function registerPageRoutes(fastify: FastifyInstance, files: WebFiles): void {
  const page = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const file = await files.at('index.html');
    if (!file) throw new ProblemError('service_unavailable', { detail: 'the pages are not built: npm run build' });
    return sendFile(file, request, reply.headers(PAGE_HEADERS));
  };
  fastify.get('/', (_request, reply) => reply.redirect('/analytics'));
  fastify.get('/analytics', page);
  fastify.get('/analytics/*', page);
  fastify.get<{ Params: { '*': string } }>('/static/*', async (request, reply) => {
    const file = await files.at(`static/${request.params['*']}`);
    if (!file) throw new ProblemError('not_found', { detail: 'there is no such file' });
    return sendFile(file, request, reply.headers(ASSET_HEADERS));
  });
}
