import { authorize, ProblemError, type Authenticator, type Operation } from '@picly/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowOrigin, type OriginDirectory } from '../ingest/http/cors';
import { API } from '../ingest/http/ingest-routes';
import { authoriseWriter } from '../ingest/http/writer';
import type { DefinitionsDirectory } from './definitions-document';

export interface DefinitionsRouteDeps {
  readonly authenticator: Authenticator;
  readonly origins: OriginDirectory;
  readonly directory: DefinitionsDirectory;
}

/** A key that may send events may know what to send: the document holds no results and nothing about anybody. */
async function authorise(request: FastifyRequest, authenticator: Authenticator): Promise<void> {
  try {
    await authoriseWriter(request, authenticator);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'forbidden') throw error;
    await authorize(authenticator, request, 'read');
  }
}

/** The document that clients assign by, with an ETag. Outside Nest: browser keys may have it, though they can read nothing else. */
export function registerDefinitionsRoute(fastify: FastifyInstance, { authenticator, origins, directory }: DefinitionsRouteDeps): void {
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await allowOrigin(request, reply, origins);
    await authorise(request, authenticator);
  };
  fastify.get(`${API}/experiments/definitions`, { onRequest }, async (request, reply) => {
    const { text, etag } = await directory.document();
    void reply.header('etag', etag).header('cache-control', 'no-cache').header('access-control-expose-headers', 'etag');
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.includes(etag) === true) return reply.status(304).send();
    return reply.type('application/json; charset=utf-8').send(text);
  });
}

export const DEFINITIONS_OPERATION: Operation = {
  method: 'get',
  path: `${API}/experiments/definitions`,
  operationId: 'experiments_definitions',
  summary: 'What clients assign by, offline: arms, weights, seeds, targeting. With an ETag; browser keys may have it.',
  tag: 'experiments',
  scope: 'ingest:browser',
  headers: [{ name: 'If-None-Match', description: 'The ETag of the document you have.', schema: { type: 'string' } }],
  status: 200,
  answer: {
    type: 'object',
    required: ['version', 'experiments'],
    properties: { version: { const: 1 }, experiments: { type: 'array', items: { type: 'object' } } },
  },
  problems: ['unauthenticated', 'forbidden', 'origin_not_allowed'],
};
