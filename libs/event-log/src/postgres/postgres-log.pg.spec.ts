import path from 'node:path';
import { createPool, inTransaction, type DatabasePool } from '@picly/database';
import { createTestDatabase, startProcess, whenSomebodyWaits, type TestDatabase, type TestProcess } from '@picly/testing';
import { GroupLedger } from '../conformance/group-ledger';
import { freshName, keyFor, PARTITIONS, readCount, recordOf, series, startsOf, valueOf } from '../conformance/log-harness';
import type { EventLog } from '../port';
import { createPostgresLog } from './postgres-log';

let database: TestDatabase;
let admin: DatabasePool;
let log: EventLog;
const processes: TestProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = createPool({ url: database.url, maxConnections: 3 });
  log = await createPostgresLog({ url: database.url });
});

afterEach(async () => {
  for (const one of processes.splice(0)) {
    one.signal('SIGKILL');
    await one.ended;
  }
});

afterAll(async () => {
  await log?.close();
  await admin?.close();
  await database?.drop();
});

async function topicOf(partitions = PARTITIONS, retentionMs: number | null = null): Promise<string> {
  const name = freshName();
  await log.ensureTopics([{ name, partitions, retentionMs }]);
  return name;
}

it('a sole process does not wait for the leases of the dead', async () => {
  const own = await createTestDatabase();
  const dead = createPool({ url: own.url, maxConnections: 1 });
  const sole = await createPostgresLog({ url: own.url }).then(async (first) => {
    await first.ensureTopics([{ name: 'sole', partitions: 2, retentionMs: null }]);
    await first.close();
    await dead.query(
      `insert into log.members (group_name, member_id, partitions, session_timeout_ms, heartbeat_at)
       values ('sole', 'dead', 2, 3600000, clock_timestamp())`,
    );
    await dead.query(`insert into log.leases (group_name, partition, member_id) values ('sole', 0, 'dead'), ('sole', 1, 'dead')`);
    return createPostgresLog({ url: own.url, sole: true });
  });
  const assigned = new Promise<number>((resolve) => {
    void sole.join({
      group: 'sole',
      topics: ['sole'],
      handler: {
        assigned: async (places) => {
          resolve(places.length);
          return places.map((place) => ({ ...place, offset: 0 }));
        },
        revoked: async () => undefined,
        batch: async () => undefined,
        halted: () => undefined,
      },
    });
  });
  expect(await assigned).toBe(2);
  await sole.close();
  await dead.close();
  await own.drop();
});

describe('a transaction that commits late', () => {
  it('is read first by everybody: who comes after it waits for it', async () => {
    const topic = await topicOf(1);
    let appending: Promise<unknown> = Promise.resolve();
    const reading = readCount(log, startsOf(topic, 1), 3);
    await inTransaction(admin, async (tx) => {
      await tx.query(
        `with late as (
           update log.partitions p set next_offset = next_offset + 1 from log.topics t
           where t.id = p.topic_id and t.name = $1 returning p.topic_id
         )
         insert into log.records select topic_id, 0, 0, 0, 'key', '{}', 'late' from late`,
        [topic],
      );
      appending = log.append([recordOf(topic, 'key', 'second'), recordOf(topic, 'key', 'third')]);
      await whenSomebodyWaits(admin);
      await expect(log.read({ from: startsOf(topic, 1), maxRecords: 10, maxWaitMs: 0 })).resolves.toEqual([]);
    });
    await expect(appending).resolves.toEqual([1, 2].map((offset) => ({ topic, partition: 0, offset })));
    expect((await reading).map(valueOf)).toEqual(['late', 'second', 'third']);
  });

  it('leaves no hole when it is rolled back', async () => {
    const topic = await topicOf(1);
    let appending: Promise<unknown> = Promise.resolve();
    const failed = inTransaction(admin, async (tx) => {
      await tx.query('update log.partitions p set next_offset = 5 from log.topics t where t.id = p.topic_id and t.name = $1', [topic]);
      appending = log.append([recordOf(topic, 'key', 'only')]);
      await whenSomebodyWaits(admin);
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await expect(appending).resolves.toEqual([{ topic, partition: 0, offset: 0 }]);
  });
});

describe('retention', () => {
  it('drops what is older than the topic keeps, up to the first record that is not', async () => {
    const sweeping = await createPostgresLog({ url: database.url, retentionSweepMs: 20 });
    const topic = await topicOf(1, 3_600_000);
    const forEver = await topicOf(1);
    const at = (timestamp: number, value: string) => ({ ...recordOf(topic, 'key', value), timestamp });
    const [old, now] = [Date.now() - 7_200_000, Date.now()];
    await log.append([at(old, '0'), at(old, '1'), at(now, '2'), at(old, '3'), { ...at(old, '0'), topic: forEver }]);
    while ((await log.bounds([topic]))[0]?.start !== 2) await sweeping.bounds([topic]);
    await sweeping.close();
    expect(await log.bounds([topic, forEver])).toEqual([
      { topic, partition: 0, start: 2, end: 4 },
      { topic: forEver, partition: 0, start: 0, end: 1 },
    ]);
    const rows = await admin.query(
      'select r."offset" from log.records r join log.topics t on t.id = r.topic_id where t.name = $1 order by 1',
      [topic],
    );
    expect(rows).toEqual([{ offset: 2 }, { offset: 3 }]);
  });
});

describe('a member in another process', () => {
  const SESSION_MS = 1_500;

  async function startMember(group: string, topic: string): Promise<TestProcess> {
    const child = startProcess(path.join(__dirname, 'postgres-log.fixture.ts'), [database.url, group, topic, String(SESSION_MS)]);
    processes.push(child);
    await child.whenLine((line) => (line === `assigned ${PARTITIONS}` ? line : undefined));
    return child;
  }

  it('loses its partitions when it is killed', async () => {
    const [topic, group, ledger] = [await topicOf(), freshName(), new GroupLedger()];
    const child = await startMember(group, topic);
    child.signal('SIGKILL');
    const member = await log.join({ group, topics: [topic], handler: ledger.member('b'), sessionTimeoutMs: SESSION_MS });
    await ledger.whenHeldBy('b', PARTITIONS);
    await member.leave();
  });

  it('finds its batch stale and its partitions revoked when it wakes up after its session', async () => {
    const [topic, group, ledger] = [await topicOf(), freshName(), new GroupLedger()];
    const child = await startMember(group, topic);
    await log.append(series(topic, keyFor(0), 5));
    await child.whenLine((line) => (line === 'batch 5' ? line : undefined));
    child.signal('SIGSTOP');
    const member = await log.join({ group, topics: [topic], handler: ledger.member('b'), sessionTimeoutMs: SESSION_MS });
    await ledger.whenHeldBy('b', PARTITIONS);
    await ledger.whenRecords(5);
    child.signal('SIGCONT');
    await child.whenLine((line) => (line === 'stale' ? line : undefined));
    await child.whenLine((line) => (line === `revoked ${PARTITIONS}` ? line : undefined));
    await ledger.whenHeldBy('b', 2);
    await member.leave();
    expect(ledger.violations).toEqual([]);
  });
});

describe('an idle member', () => {
  it('asks the database next to nothing', async () => {
    let asked = 0;
    const counting: DatabasePool = {
      ...admin,
      query: (text, values, name) => {
        asked++;
        return admin.query(text, values, name);
      },
    };
    const [topic, ledger] = [await topicOf(), new GroupLedger()];
    await log.append(series(topic, keyFor(1), 20));
    const idle = await createPostgresLog({ pool: counting });
    await idle.join({ group: freshName(), topics: [topic], handler: ledger.member('a') });
    await ledger.whenRecords(20);
    // What follows from the batch is over, and the connection for news is there: without it every second brings a look.
    for (let before = -1; before !== asked;) {
      before = asked;
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    }
    asked = 0;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(asked).toBeLessThanOrEqual(2);
    await idle.close();
  });
});

describe('the plan of a fetch', () => {
  it('goes by the primary key, even before the tables were ever analysed', async () => {
    const topic = await topicOf(1);
    await log.append(series(topic, 'key', 500));
    const plan = await admin.query<{ 'QUERY PLAN': string }>(
      `explain select * from unnest('{1}'::int[], '{0}'::int[], '{0}'::bigint[]) w(t, p, o),
       lateral (select * from log.records r where r.topic_id = w.t and r.partition = w.p and r."offset" >= w.o and r."offset" < w.o + 10) x`,
    );
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/using records_pkey/);
  });
});

describe('the tables', () => {
  it('can be read by people: bytes are the text they were', async () => {
    const topic = await topicOf(1);
    await log.append([recordOf(topic, 'key', '{"rating":5}')]);
    const rows = await admin.query(
      `select convert_from(r.value, 'UTF8')::json->>'rating' as rating, convert_from(r.headers, 'UTF8')::json->>'ce_id' as id
       from log.records r join log.topics t on t.id = r.topic_id where t.name = $1`,
      [topic],
    );
    expect(rows).toEqual([{ rating: '5', id: '{"rating":5}' }]);
  });
});
