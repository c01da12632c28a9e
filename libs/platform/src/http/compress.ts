import { PassThrough, pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const SMALLEST_WORTH_IT = 2_048;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 5 };
const TEXTUAL = /^(text\/|application\/(json|problem\+json|x-ndjson|javascript))/;

const gzipped = promisify<Buffer, { level: number }, Buffer>(gzip);
const brotlied = promisify<Buffer, typeof BROTLI, Buffer>(brotliCompress);

type Encoding = 'br' | 'gzip';

/** The better of the encodings the client takes (RFC 9110 12.5.3, without preferring by weight). */
export function chooseEncoding(accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined) return undefined;
  const weights = new Map(
    accepted
      .toLowerCase()
      .split(',')
      .map((part) => /^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([\d.]+))?\s*$/.exec(part))
      .map((match) => [match?.[1] ?? '', Number(match?.[2] ?? 1)] as const),
  );
  const takes = (name: Encoding): boolean => (weights.get(name) ?? weights.get('*') ?? 0) > 0;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined;
}

function stream(payload: Readable, encoding: Encoding): Readable {
  const packed = encoding === 'br' ? createBrotliCompress(BROTLI) : createGzip(GZIP);
  const out = new PassThrough();
  pipeline(payload, packed, out, () => undefined);
  return out;
}

type Sized = string | Buffer;

const isSized = (payload: unknown): payload is Sized => typeof payload === 'string' || Buffer.isBuffer(payload);

function isTextual(reply: FastifyReply): boolean {
  const type = reply.getHeader('content-type');
  return typeof type === 'string' && TEXTUAL.test(type) && !reply.hasHeader('content-encoding');
}

function compressed(payload: Sized | Readable, encoding: Encoding): Readable | Promise<Buffer> {
  if (!isSized(payload)) return stream(payload, encoding);
  const bytes = Buffer.from(payload);
  return encoding === 'br' ? brotlied(bytes, BROTLI) : gzipped(bytes, GZIP);
}

async function compressAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (!isSized(payload) && !(payload instanceof Readable)) return payload;
  if (!isTextual(reply)) return payload;
  void reply.header('vary', 'Accept-Encoding');
  const encoding = chooseEncoding(request.headers['accept-encoding']);
  if (encoding === undefined || (isSized(payload) && payload.length < SMALLEST_WORTH_IT)) return payload;
  void reply.header('content-encoding', encoding).removeHeader('content-length');
  return compressed(payload, encoding);
}

/** Compresses large answers of GET routes; the routes that take events are left alone. */
export function installCompression(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    if (!methods.includes('GET')) return;
    const others = route.onSend === undefined ? [] : Array.isArray(route.onSend) ? route.onSend : [route.onSend];
    route.onSend = [...others, compressAnswer];
  });
}
