import { createPool, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import type { EventLog, LogPosition } from '../port';
import { aloneWithLog, logMove, noteMoved, refuseOtherLog, sealLog, unsealLog } from './moving';
import { createPostgresLog } from './postgres-log';

const TOPICS = ['a', 'b', 'c'];
let database: TestDatabase;
let pool: DatabasePool;
let log: EventLog;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 6 });
  log = await createPostgresLog({ url: database.url });
  await log.ensureTopics(TOPICS.map((name) => ({ name, partitions: 4, retentionMs: null })));
});
afterEach(async () => {
  await log.close();
  await pool.close();
  await database.drop();
});

const batch = (n: number) =>
  TOPICS.flatMap((topic) =>
    Array.from({ length: 8 }, (_, i) => ({ topic, key: `${n}-${i}`, value: Buffer.from('{}'), headers: {}, timestamp: n })),
  );

it('a sealed log takes nothing more, all partitions from the same moment on; what was confirmed is in it', async () => {
  const other = await createPostgresLog({ url: database.url });
  const confirmed: LogPosition[] = [];
  let refused = 0;
  const writers = [log, other, log, other].map(async (writer) => {
    for (let n = 0; refused < 8; n++) {
      await writer.append(batch(n), { deadlineMs: 10_000 }).then(
        (positions) => confirmed.push(...positions),
        (error: unknown) => {
          refused += 1;
          expect(error).toMatchObject({ code: 'LOG_UNAVAILABLE', retryable: true, cause: { code: 'LOG_SEALED' } });
        },
      );
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await sealLog(pool, 'Kafka');
  const ends = await log.bounds(TOPICS);
  await Promise.all(writers);
  expect(await log.bounds(TOPICS)).toEqual(ends);
  expect(confirmed.length).toBe(ends.reduce((sum, { end }) => sum + end, 0));
  await other.close();
});

it('a topic that is made later is sealed too, and everything is open again when the move is given up', async () => {
  await sealLog(pool, 'Kafka');
  await log.ensureTopics([{ name: 'd', partitions: 1, retentionMs: null }]);
  await expect(log.append([{ ...batch(0)[0]!, topic: 'd' }])).rejects.toMatchObject({ cause: { code: 'LOG_SEALED' } });
  await unsealLog(pool);
  await log.append([{ ...batch(0)[0]!, topic: 'd' }]);
  expect(await logMove(pool)).toBeUndefined();
});

it('the events of a system are in one log only: the other one is refused', async () => {
  await refuseOtherLog(pool, 'kafka');
  await log.append(batch(0));
  await expect(refuseOtherLog(pool, 'kafka')).rejects.toThrow('has 24 events that are not in Kafka: move them first');
  await refuseOtherLog(pool, 'postgres');
  await sealLog(pool, 'Kafka at 127.0.0.1:9092');
  await expect(refuseOtherLog(pool, 'kafka')).rejects.toThrow('is being moved to Kafka at 127.0.0.1:9092: finish that first');
  await refuseOtherLog(pool, 'postgres');
  await noteMoved(pool);
  await refuseOtherLog(pool, 'kafka');
  await expect(refuseOtherLog(pool, 'postgres')).rejects.toThrow('was moved to Kafka at 127.0.0.1:9092: set KAFKA_BROKERS');
});

it('two copies at once are refused', async () => {
  await aloneWithLog(pool, async () => {
    await expect(aloneWithLog(pool, async () => undefined)).rejects.toMatchObject({ code: 'LOG_BUSY' });
  });
  expect(await aloneWithLog(pool, async () => 'mine')).toBe('mine');
});
