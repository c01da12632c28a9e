import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const packed = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
};

/** A file as it is answered. */
export interface WebFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  /** The name changes with the content, so that it may be kept for ever. */
  readonly isImmutable: boolean;
}

/** Where `npm run build` puts the pages: beside the compiled services, whether these run from dist/ or from source. */
export function webDirectory(from = __dirname): string {
  for (let dir = from; dir !== path.dirname(dir); dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'package.json'))) return path.join(dir, 'dist/web');
  }
  return path.resolve('dist/web');
}

const HASHED = /-[A-Z0-9]{8}\.(js|css|svg)$/;

/** The built pages, read once each. A build while this runs is seen by files whose names tell their content. */
export class WebFiles {
  private readonly known = new Map<string, Promise<WebFile | undefined>>();

  constructor(private readonly directory = webDirectory()) {}

  /** The file at a path below the directory; undefined when there is none of ours. */
  at(name: string): Promise<WebFile | undefined> {
    const type = TYPES[path.extname(name)];
    const file = path.resolve(this.directory, name);
    if (type === undefined || !file.startsWith(this.directory + path.sep)) return Promise.resolve(undefined);
    const isImmutable = HASHED.test(name);
    const found = isImmutable ? this.known.get(name) : undefined;
    if (found) return found;
    const reading = this.read(file, type, isImmutable);
    if (isImmutable) this.known.set(name, reading);
    return reading;
  }

  private async read(file: string, type: string, isImmutable: boolean): Promise<WebFile | undefined> {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    return { type, bytes, gzipped: await packed(bytes, { level: 9 }), etag, isImmutable };
  }
}
