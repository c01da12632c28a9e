import { schemaOf } from '@picly/contracts';
import { subjectName, subjectOf } from '@picly/personal-data';
import { ProblemError, type Authenticator, type Operation } from '@picly/platform';
import type { FastifyInstance } from 'fastify';
import { allowOrigin, type OriginDirectory } from '../ingest/http/cors';
import { limitRate } from '../ingest/http/ingest-handlers';
import { API } from '../ingest/http/ingest-routes';
import { authoriseWriter, type Writer } from '../ingest/http/writer';
import type { RateLimiter } from '../ingest/rate-limiter';
import { AskBody, readAskBody } from './ask-body';
import type { AsksQueries } from './asks.queries';

export interface AskDeps {
  readonly authenticator: Authenticator;
  readonly origins: OriginDirectory;
  readonly limiter: RateLimiter;
  readonly asks: Pick<AsksQueries, 'ask' | 'liked'>;
  /** How often one person may be asked within 24 hours. */
  readonly mostPerDay: number;
}

/** `liked`: ratings of 4 and 5 stars of the same prompt, where these are known. */
export interface AskAnswer {
  readonly ask: boolean;
  readonly reason?: 'asked_before' | 'often_enough';
  readonly liked?: number;
}

async function answer(body: unknown, { asks, mostPerDay }: AskDeps): Promise<AskAnswer> {
  const wanted = readAskBody(body);
  if (!(wanted instanceof AskBody)) throw new ProblemError('validation_failed', { errors: wanted });
  const person = subjectName(subjectOf({ id: wanted.generation_id, data: { ...wanted } }));
  const decision = await asks.ask(person, wanted.generation_id, mostPerDay);
  if (decision !== 'asked') return { ask: false, reason: decision };
  const liked = await asks.liked(wanted.generation_id);
  return { ask: true, ...(liked !== undefined && { liked }) };
}

/** For the widget, which may write but not read: it is told what it needs in order not to be a nuisance. */
export function registerAskRoute(fastify: FastifyInstance, deps: AskDeps): void {
  const writers = new WeakMap<object, Writer>();
  fastify.post(
    `${API}/ask`,
    {
      onRequest: async (request, reply) => {
        await allowOrigin(request, reply, deps.origins);
        writers.set(request, await authoriseWriter(request, deps.authenticator));
      },
    },
    async (request, reply) => {
      const writer = writers.get(request);
      if (!writer) throw new Error('a call was not authorised');
      limitRate({ writer, address: request.ip }, 1, deps.limiter);
      return reply.header('cache-control', 'no-store').send(await answer(request.body, deps));
    },
  );
}

export const ASK_OPERATION: Operation = {
  method: 'post',
  path: `${API}/ask`,
  operationId: 'askForRating',
  summary: 'Whether a person may be asked to rate a generation: once for each, and not too often a day. Asking counts.',
  tag: 'events',
  scope: 'ingest:browser',
  body: schemaOf(AskBody),
  status: 200,
  answer: {
    type: 'object',
    required: ['ask'],
    properties: {
      ask: { type: 'boolean' },
      reason: { enum: ['asked_before', 'often_enough'], description: 'Why not.' },
      liked: { type: 'integer', minimum: 0, description: 'Ratings of 4 and 5 stars of the same prompt, where these are known.' },
    },
  },
  problems: ['malformed_json', 'validation_failed', 'unauthenticated', 'forbidden', 'origin_not_allowed', 'rate_limited'],
};
