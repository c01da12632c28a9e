import { setImmediate as breath } from 'node:timers/promises';
import type { FoldSql, NewRow, NewRows } from '@picly/projections';

/** Values longer than this, and more rows, are given to the system before the next ones are prepared: the database then works meanwhile. */
const LARGE = 65_536;
const MANY = 200;

/** Sends statements one after the other without waiting for their answers; they run in the order they were sent. */
export class StatementWriter {
  private readonly sent: Promise<unknown>[] = [];

  constructor(private readonly sql: FoldSql) {}

  /** Resolves when the next statement may be prepared. */
  async send(text: string, values: readonly unknown[], name: string): Promise<void> {
    this.note(this.sql.query(text, values, name));
    if (values.some((value) => typeof value === 'string' && value.length > LARGE)) await breath();
  }

  /** Adds the rows in their turn; resolves when the next statement may be prepared. */
  async add(table: NewRows, rows: readonly NewRow[]): Promise<void> {
    if (rows.length === 0) return;
    this.note(table.add(this.sql, rows));
    if (rows.length > MANY) await breath();
  }

  /** Resolves when every statement sent is done, rejects when one failed. */
  async done(): Promise<void> {
    await Promise.all(this.sent.splice(0));
  }

  private note(answer: Promise<unknown>): void {
    // Whoever waits for all is told; until then it must not count as unhandled.
    answer.catch(() => undefined);
    this.sent.push(answer);
  }
}
