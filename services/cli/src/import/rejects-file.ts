import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { RowProblem } from './mapping/row';
import { linesOf } from './source/lines';

/** NDJSON, one line per thing wrong: row, column, pointer, code, message. Made when the first one comes. */
export class RejectsFile {
  private stream: WriteStream | undefined;

  private constructor(readonly file: string) {}

  /** Keeps what an interrupted import wrote about rows up to `keptRow`; the rows behind it are read again. */
  static async open(file: string, keptRow: number): Promise<RejectsFile> {
    const rejects = new RejectsFile(file);
    await mkdir(path.dirname(file), { recursive: true });
    if (keptRow === 0) {
      await rm(file, { force: true });
      return rejects;
    }
    const old = `${file}.old`;
    const existed = await rename(file, old).then(
      () => true,
      () => false,
    );
    if (!existed) return rejects;
    for await (const line of linesOf(createReadStream(old, 'utf8'))) {
      if (rowOf(line) <= keptRow) rejects.write(line);
    }
    await rm(old, { force: true });
    return rejects;
  }

  add(row: number, problems: readonly RowProblem[], event?: { readonly type: string; readonly event_id: string }): void {
    for (const problem of problems)
      this.write(JSON.stringify({ row, ...problem, ...(event && { event: event.type, event_id: event.event_id }) }));
  }

  async close(): Promise<void> {
    if (!this.stream) return;
    this.stream.end();
    await finished(this.stream);
  }

  private write(line: string): void {
    this.stream ??= createWriteStream(this.file);
    this.stream.write(`${line}\n`);
  }
}

function rowOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { row?: unknown }).row);
  } catch {
    return Infinity;
  }
}
