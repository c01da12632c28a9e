import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progressed } from './watermark';

const SAMPLE_BYTES = 256 * 1024;

interface Saved extends Progressed {
  readonly fingerprint: string;
}

/** What must be the same for rows to be skipped: the file (size, beginning and end), the mapping, and the system imported into. */
export async function fingerprintOf(file: string, ...more: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const { size } = await stat(file);
  hash.update(`${size}\n`);
  const handle = await open(file);
  try {
    for (const position of new Set([0, Math.max(0, size - SAMPLE_BYTES)])) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, position);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  for (const text of more) hash.update('\0').update(text);
  return hash.digest('hex');
}

/** How far one import got; removed when it is complete. Losing it costs time, never correctness: the ids would be the same again. */
export class ResumeState {
  readonly file: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    directory: string,
    source: string,
    private readonly fingerprint: string,
  ) {
    this.file = path.join(directory, `${path.basename(source)}.${fingerprint.slice(0, 12)}.json`);
  }

  async load(): Promise<Progressed | undefined> {
    const text = await readFile(this.file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const saved = JSON.parse(text) as Partial<Saved>;
      return saved.fingerprint === this.fingerprint && typeof saved.row === 'number' ? (saved as Saved) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Saves are written one after the other, whoever asks for them. */
  save(progressed: Progressed): Promise<void> {
    return (this.writing = this.writing.then(() => this.write(progressed)));
  }

  async remove(): Promise<void> {
    await this.writing;
    await rm(this.file, { force: true });
  }

  private async write(progressed: Progressed): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const saved: Saved = { fingerprint: this.fingerprint, ...progressed };
    await writeFile(`${this.file}.new`, JSON.stringify(saved));
    await rename(`${this.file}.new`, this.file);
  }
}
