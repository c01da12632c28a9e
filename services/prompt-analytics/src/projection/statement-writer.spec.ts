import type { FoldSql } from '@picly/projections';
import { StatementWriter } from './statement-writer';

describe('a statement writer', () => {
  it('runs one statement at a time, and returns while the last one runs', async () => {
    const log: string[] = [];
    const finish: (() => void)[] = [];
    const sql: FoldSql = {
      query: <Row>(text: string) => {
        log.push(`${text} began`);
        return new Promise<Row[]>((resolve) => finish.push(() => resolve([]))).finally(() => log.push(`${text} ended`));
      },
    };
    const writer = new StatementWriter(sql);
    await writer.send('first', [], 'first');
    log.push('preparing second');
    const second = writer.send('second', [], 'second');
    finish.shift()?.();
    await second;
    finish.shift()?.();
    await writer.done();
    expect(log).toEqual(['first began', 'preparing second', 'first ended', 'second began', 'second ended']);
  });

  it('reports a failure to whoever sends or finishes next', async () => {
    const sql: FoldSql = { query: () => Promise.reject(new Error('refused')) };
    const writer = new StatementWriter(sql);
    await writer.send('first', [], 'first');
    await expect(writer.send('second', [], 'second')).rejects.toThrow('refused');
    await expect(writer.done()).rejects.toThrow('refused');
  });
});
