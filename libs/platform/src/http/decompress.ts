import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { RequestPayload } from 'fastify';
import { ProblemError } from '../problem/problem-error';

type Done = (error: Error | null, payload?: RequestPayload) => void;

/**
 * The body behind its compression. Fastify counts the bytes that come out against the limit of the route and stops
 * reading there, so that a small body that unpacks to gigabytes costs no more than the limit.
 */
export function decompressed(encoding: string, payload: RequestPayload, done: Done): void {
  const name = encoding.trim().toLowerCase();
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'br') {
    done(
      new ProblemError('unsupported_media_type', {
        detail: 'the body may be compressed with gzip or br',
        headers: { 'accept-encoding': 'gzip, br' },
      }),
    );
    return;
  }
  const unpack = name === 'br' ? createBrotliDecompress() : createGunzip();
  const unpacked: RequestPayload = unpack;
  unpacked.receivedEncodedLength = 0;
  payload.on('data', (chunk: Buffer) => {
    unpacked.receivedEncodedLength = (unpacked.receivedEncodedLength ?? 0) + chunk.length;
  });
  // The error reaches the reader of `unpack`; here it only must not be unhandled.
  pipeline(payload as Readable, unpack, () => undefined);
  done(null, unpacked);
}
