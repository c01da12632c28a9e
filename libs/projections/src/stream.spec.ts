import { createPool } from '@picly/database';
import type { LogBatch } from '@picly/event-log';
import { MemoryLog } from '@picly/testing';
import { Gate } from './gate';
import { Stream } from './stream';

/** Nothing is ever asked of it. */
const NOBODY = 'postgres://127.0.0.1:1/nobody';

describe('a batch of a partition that may not be ours any more', () => {
  const pool = createPool({ url: NOBODY, maxConnections: 1 });
  const keys = { asOf: () => Promise.resolve(0), byRef: () => Promise.resolve(new Map<string, never>()) };
  const stream = new Stream({
    pool,
    keys,
    log: new MemoryLog(),
    gate: new Gate(1),
    maxDeadLetters: 1,
    lanes: [],
    onBehind: () => undefined,
  });
  afterAll(() => pool.close());

  const batch = (partition: number, isStale: () => boolean): LogBatch => ({ topic: 't', partition, records: [], end: 0, isStale });

  it('is not taken for folded: it comes again, and goes on when the doubt is over', async () => {
    let inDoubt = true;
    const doubtful = batch(2, () => inDoubt);
    await expect(stream.hand([batch(1, () => false), doubtful])).rejects.toMatchObject({ code: 'IN_DOUBT', retryable: true });
    inDoubt = false;
    await expect(stream.hand([doubtful])).resolves.toBeUndefined();
  });
});
