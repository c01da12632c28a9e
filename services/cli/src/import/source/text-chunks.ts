import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SourceError } from './source-error';

export interface TextFile {
  /** The text in pieces, byte order mark removed. */
  readonly chunks: AsyncIterable<string>;
  /** Bytes of the file read so far, for progress. */
  readonly bytesRead: () => number;
}

/** A UTF-8 file as text, unpacked when its name ends in .gz. Throws `SourceError` at the first byte that is no UTF-8. */
export function openText(path: string): TextFile {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const bytes: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // pipe() does not pass errors on.
  if (bytes !== file) file.on('error', (error) => bytes.destroy(error));
  return { chunks: decode(bytes), bytesRead: () => file.bytesRead };
}

async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of bytes) {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new SourceError('the file is not UTF-8: convert it first, for example with iconv -f latin1 -t utf-8');
    }
    throw error;
  }
}
