import type { FoldSql } from '@picly/projections';

/**
 * Sends statements one after the other and lets the caller prepare the next one while the database works on the last: on a
 * large batch, both take about as long.
 */
export class StatementWriter {
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly sql: FoldSql) {}

  /** Resolves when the statement before is done and this one is sent; rejects when the one before failed. */
  async send(text: string, values: readonly unknown[], name: string): Promise<void> {
    await this.running;
    this.running = this.sql.query(text, values, name);
    // Whoever sends or finishes next is told; until then it must not count as unhandled.
    this.running.catch(() => undefined);
  }

  /** Resolves when every statement sent is done. */
  async done(): Promise<void> {
    await this.running;
  }
}
