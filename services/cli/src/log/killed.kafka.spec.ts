import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_TYPES, topicOf } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { createKafkaLog, createPostgresLog, logMove, type AppendRecord, type EventLog, type LogRecord } from '@picly/event-log';
import { installProjections } from '@picly/projections';
import { createTestDatabase, describeWithEmptyKafka, seededRandom, startProcess, type TestDatabase } from '@picly/testing';

const CLI = path.resolve(__dirname, '../main.ts');
const TOPICS = EVENT_TYPES.map(topicOf);
const PARTITIONS = 3;
const RECORDS = 20_000;
/** Topics with records in them. */
const FILLED = TOPICS.slice(0, 3);
const SEED = 20_260_301;

/** Records of a few hundred keys over some topics, in an order that can be told from their values. */
function records(): AppendRecord[] {
  const random = seededRandom(SEED);
  return Array.from({ length: RECORDS }, (_, n) => ({
    topic: FILLED[n % FILLED.length]!,
    key: `key ${Math.floor(random() * 300)}`,
    value: Buffer.from(JSON.stringify({ n, text: 'x'.repeat(Math.floor(random() * 400)) })),
    headers: { ce_id: randomUUID(), n: String(n) },
    timestamp: 1_750_000_000_000 + n,
  }));
}

async function everything(log: EventLog): Promise<Map<string, readonly LogRecord[]>> {
  const found = new Map<string, LogRecord[]>();
  for (const { topic, partition, start, end } of await log.bounds(TOPICS)) {
    const own: LogRecord[] = [];
    while (start + own.length < end) {
      const from = [{ topic, partition, offset: start + own.length }];
      for (const batch of await log.read({ from, maxRecords: 5_000, maxWaitMs: 1_000 })) own.push(...batch.records);
    }
    found.set(`${topic}/${partition}`, own);
  }
  return found;
}

/** Digests would do; the records themselves say what is wrong. */
async function expectSame(copy: EventLog, log: EventLog): Promise<void> {
  const [copied, wanted] = [await everything(copy), await everything(log)];
  const content = (own: readonly LogRecord[] | undefined) =>
    own?.map(({ offset, key, headers, timestamp, value }) => [offset, key, headers['ce_id'], timestamp, value.toString()].join(' '));
  for (const [place, own] of wanted) expect({ place, records: content(copied.get(place)) }).toEqual({ place, records: content(own) });
  const ids = [...copied.values()].flat().map(({ headers }) => headers['ce_id']);
  expect(new Set(ids).size).toBe(ids.length);
  const order = new Map<string, number>();
  for (const { topic, key, headers } of [...copied.values()].flat()) {
    expect(Number(headers['n'])).toBeGreaterThan(order.get(`${topic} ${key}`) ?? -1);
    order.set(`${topic} ${key}`, Number(headers['n']));
  }
}

const sizeOf = async (log: EventLog): Promise<number> => (await log.bounds(FILLED)).reduce((sum, { end }) => sum + end, 0);

/** Runs a command to its end, or kills it as soon as `isEnough`. Answers whether it was killed; rejects with what it said when it failed. */
async function picly(args: readonly string[], env: Record<string, string>, isEnough?: () => Promise<boolean>): Promise<boolean> {
  const child = startProcess(CLI, args, env);
  let isOver = false;
  void child.ended.then(() => (isOver = true));
  while (isEnough && !isOver) {
    if (await isEnough().catch(() => false)) child.signal('SIGKILL');
    await sleep(20);
  }
  const ended = await child.ended;
  if (ended !== 0 && ended !== 'SIGKILL') await child.whenLine(() => undefined);
  return ended === 'SIGKILL';
}

describeWithEmptyKafka('a command that moves a log', ({ brokers }) => {
  let folder: string;
  let source: TestDatabase;
  let pool: DatabasePool;
  let log: EventLog;
  let kafka: EventLog;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'picly-killed-'));
    source = await createTestDatabase();
    pool = createPool({ url: source.url, maxConnections: 4 });
    await installProjections(pool, []);
    log = await createPostgresLog({ url: source.url });
    await log.ensureTopics(TOPICS.map((name) => ({ name, partitions: PARTITIONS, retentionMs: null })));
    const all = records();
    for (let at = 0; at < all.length; at += 5_000) await log.append(all.slice(at, at + 5_000), { deadlineMs: 60_000 });
    kafka = await createKafkaLog({ brokers, clientId: 'killed' });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([kafka.close(), log.close()]);
    await pool.close();
    await source.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('goes on where it was after SIGKILL: copied to Kafka with every record once, at its offset, in the order of its key', async () => {
    const random = seededRandom(SEED);
    const args = ['log', 'copy', '--to', 'kafka', '--brokers', brokers.join(',')];
    const env = { DATABASE_URL: source.url };
    // First as early as there is something: the most is left to be killed in.
    const stops = [1, ...[0.3, 0.5].map((share) => Math.floor((share + random() * 0.1) * RECORDS))];
    const reached: number[] = [];
    // Where this process is slow to look, the command may have come to its end: one that was killed half way is enough.
    let halfWay = 0;
    for (const stop of stops) {
      const isKilled = await picly(args, env, async () => (await sizeOf(kafka)) >= stop);
      const size = await sizeOf(kafka);
      reached.push(size);
      if (isKilled && size < RECORDS) halfWay++;
    }
    expect(reached.every((size, n) => size >= stops[n]! && size <= RECORDS)).toBe(true);
    expect(halfWay).toBeGreaterThan(0);
    // Between the seal and the end of the move, or after it: both are gone on from.
    await picly([...args, '--cut-over'], env, async () => (await logMove(pool)) !== undefined);
    expect((await logMove(pool))?.target).toContain('Kafka');
    expect(await picly([...args, '--cut-over'], env)).toBe(false);
    expect((await logMove(pool))?.movedAt).toBeInstanceOf(Date);
    await expectSame(kafka, log);
  }, 400_000);

  it('takes a backup from Kafka, which restores to the same log in a database, although the restore was killed', async () => {
    const file = path.join(folder, 'from-kafka.picly');
    expect(await picly(['log', 'export', file, '--without-keys'], { DATABASE_URL: source.url, KAFKA_BROKERS: brokers.join(',') })).toBe(
      false,
    );
    const fresh = await createTestDatabase();
    const restored = await createPostgresLog({ url: fresh.url });
    try {
      const args = ['log', 'import', file, '--without-keys'];
      const env = { DATABASE_URL: fresh.url };
      const killed = await picly(args, env, async () => (await sizeOf(restored)) > RECORDS / 3);
      if (killed) expect(await sizeOf(restored)).toBeLessThanOrEqual(RECORDS);
      expect(await picly(args, env)).toBe(false);
      await expectSame(restored, log);
    } finally {
      await restored.close();
      await fresh.drop();
    }
  }, 400_000);
});

describeWithEmptyKafka('a backup of an embedded log', ({ brokers }) => {
  it('restores to the same log on Kafka, although the restore was killed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'picly-killed-'));
    const [source, fresh] = [await createTestDatabase(), await createTestDatabase()];
    await installProjections(source.url, []);
    const log = await createPostgresLog({ url: source.url });
    const kafka = await createKafkaLog({ brokers, clientId: 'killed' });
    try {
      await log.ensureTopics(TOPICS.map((name) => ({ name, partitions: PARTITIONS, retentionMs: null })));
      await log.append(records(), { deadlineMs: 60_000 });
      const file = path.join(folder, 'embedded.picly');
      expect(await picly(['log', 'export', file, '--without-keys'], { DATABASE_URL: source.url })).toBe(false);
      const env = { DATABASE_URL: fresh.url, KAFKA_BROKERS: brokers.join(',') };
      const args = ['log', 'import', file, '--without-keys'];
      // As early as there is something: the most is left to be killed in.
      expect(await picly(args, env, async () => (await sizeOf(kafka)) > 0)).toBe(true);
      expect(await picly(args, env)).toBe(false);
      await expectSame(kafka, log);
    } finally {
      await Promise.all([log.close(), kafka.close()]);
      await Promise.all([source.drop(), fresh.drop()]);
      await rm(folder, { recursive: true, force: true });
    }
  }, 400_000);
});
