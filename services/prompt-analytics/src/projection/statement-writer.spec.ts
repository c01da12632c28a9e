import type { FoldSql } from '@picly/projections';
import { StatementWriter } from './statement-writer';

describe('a statement writer', () => {
  it('sends in order, waits for no answer, and is done when all have come', async () => {
    const log: string[] = [];
    const finish: (() => void)[] = [];
    const sql: FoldSql = {
      query: <Row>(text: string) => {
        log.push(`${text} sent`);
        return new Promise<Row[]>((resolve) => finish.push(() => resolve([]))).finally(() => log.push(`${text} ended`));
      },
      copyIn: () => Promise.resolve(),
    };
    const writer = new StatementWriter(sql);
    await writer.send('first', [], 'first');
    await writer.send('second', ['x'.repeat(100_000)], 'second');
    const done = writer.done().then(() => log.push('done'));
    for (const end of finish) end();
    await done;
    expect(log).toEqual(['first sent', 'second sent', 'first ended', 'second ended', 'done']);
  });

  it('reports a failure to whoever waits for all', async () => {
    const sql: FoldSql = { query: () => Promise.reject(new Error('refused')), copyIn: () => Promise.resolve() };
    const writer = new StatementWriter(sql);
    await writer.send('first', [], 'first');
    await writer.send('second', [], 'second');
    await expect(writer.done()).rejects.toThrow('refused');
  });
});
