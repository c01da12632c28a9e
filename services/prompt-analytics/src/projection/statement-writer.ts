import type { FoldSql } from '@picly/projections';

/** Values longer than this are given to the system before the next ones are prepared: the database then works meanwhile. */
const LARGE = 65_536;

/** Sends statements one after the other without waiting for their answers; they run in the order they were sent. */
export class StatementWriter {
  private readonly sent: Promise<unknown>[] = [];

  constructor(private readonly sql: FoldSql) {}

  /** Resolves when the next statement may be prepared. */
  async send(text: string, values: readonly unknown[], name: string): Promise<void> {
    const answer = this.sql.query(text, values, name);
    // Whoever waits for all is told; until then it must not count as unhandled.
    answer.catch(() => undefined);
    this.sent.push(answer);
    if (values.some((value) => typeof value === 'string' && value.length > LARGE)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves when every statement sent is done, rejects when one failed. */
  async done(): Promise<void> {
    await Promise.all(this.sent.splice(0));
  }
}
