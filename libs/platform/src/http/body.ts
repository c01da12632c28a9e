import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { SetMetadata } from '@nestjs/common';
import { ProblemError } from '../problem/problem-error';
import { decompressed } from './decompress';

/** Largest body of a call that does not say otherwise, bytes, after decompression. */
export const DEFAULT_BODY_LIMIT = 1_048_576;

const CONTENT_TYPES = ['application/json', 'text/plain'];
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;
const ROUTE_CONFIG = '__fastify_route_config__';

/** Another limit for the bodies of one controller method, bytes, after decompression. */
export const BodyLimit = (bytes: number): MethodDecorator => SetMetadata(ROUTE_CONFIG, { bodyLimit: bytes });

function isOtherCharset(contentType: string | undefined): boolean {
  const charset = contentType?.includes(';') !== true ? undefined : CHARSET.exec(contentType)?.[1]?.toLowerCase();
  return charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii';
}

/**
 * JSON bodies, also as `text/plain` (beacons, which may not say application/json without asking first), also compressed;
 * refused when not UTF-8, as silently replaced bytes would be kept for ever.
 */
export function installBodyParsers(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'ignore');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(CONTENT_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    // A parser that throws would end the process.
    if (body.length === 0 && request.method === 'DELETE') done(null, undefined);
    else if (isOtherCharset(request.headers['content-type']))
      done(new ProblemError('unsupported_media_type', { detail: 'send the body as UTF-8' }));
    else if (!isUtf8(body)) done(new ProblemError('malformed_json', { detail: 'the body is not UTF-8' }));
    else void parseJson(request, body.toString('utf8'), done);
  });
  fastify.addHook('onRoute', (route) => {
    const limit: unknown = route.config === undefined ? undefined : Reflect.get(route.config, 'bodyLimit');
    if (typeof limit === 'number') route.bodyLimit = limit;
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done(null, payload);
    else decompressed(encoding, payload, done);
  });
}
