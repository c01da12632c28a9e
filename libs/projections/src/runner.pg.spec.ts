import type { DecodedEvent } from '@picly/contracts';
import type { MemoryMember } from '@picly/testing';
import type { PoolClient } from 'pg';
import { anEvent, toyProjection, uuidOf, whenSomebodyWaits } from '@picly/testing';
import { defineProjection, type Projection } from './define';
import { schemaOf } from './names';
import { PARTITIONS, openRunnerHarness, type RunnerHarness } from './runner-harness.features';
import { generation, toyHistory, toyTables } from './toy-model.features';

/** `toyProjection` under another name, in which the tables have other names too. */
function variant(name: string, hook: (events: readonly DecodedEvent[]) => Promise<void> | void = () => undefined): Projection {
  return defineProjection({
    ...toyProjection,
    name,
    tables: [],
    sqlViews: [],
    fold: async (events, sql) => {
      await hook(events);
      await toyProjection.fold(events, sql);
    },
  });
}

/** Folds one of the topics only. */
const narrow: Projection = { ...variant('toy-narrow'), events: ['rating-submitted'] };

const tables = (of: Projection): Projection => ({ ...of, tables: toyProjection.tables });

let harness: RunnerHarness;
let hook: (events: readonly DecodedEvent[]) => Promise<void> | void = () => undefined;
const other = variant('toy-other', (events) => hook(events));

beforeAll(async () => void (harness = await openRunnerHarness([toyProjection, other, narrow])));
beforeEach(async () => {
  hook = () => undefined;
  await harness.reset();
});
afterAll(() => harness.close());

describe('a runner', () => {
  it('folds what is in the log and what comes', async () => {
    const events = toyHistory(120);
    await harness.append(events.slice(0, 60));
    const runner = harness.runner([toyProjection, other]);
    await runner.start();
    await runner.whenFolded(await harness.append(events.slice(60)));
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
    expect(await harness.rows(tables(other))).toEqual(toyTables(events));
  });

  it('counts an event id once: in a batch, across batches, after a restart', async () => {
    const events = toyHistory(40);
    const first = harness.runner([toyProjection]);
    await harness.append([...events.slice(0, 20), ...events.slice(0, 20)]);
    await first.start();
    await first.whenFolded(await harness.append(events.slice(10, 30)));
    await first.stop();
    const second = harness.runner([toyProjection]);
    await second.start();
    await second.whenFolded(await harness.append([...events, ...events]));
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
    const [row] = await harness.pool.query('select sum(duplicates)::int as n from runtime.checkpoints');
    expect(row).toEqual({ n: 100 });
  });

  it('folds a version that it is to follow while its partitions are just being assigned', async () => {
    const before = harness.runner([toyProjection]);
    await before.start();
    await before.whenFolded(await harness.append(toyHistory(40)));
    await before.stop();
    const holder = await harness.pool.pg.connect();
    await holder.query('begin; select from runtime.checkpoints for update');
    const claimed: unknown[] = [];
    const logger = { info: (said: object) => void claimed.push(said), warn: () => undefined, error: () => undefined };
    const runner = harness.runner([toyProjection], { logger });
    const starting = runner.start();
    await whenSomebodyWaits(harness.observer);
    await runner.follow([toyProjection, other, narrow]);
    await holder.query('commit');
    holder.release();
    await starting;
    await runner.whenFolded(await harness.append(toyHistory(20)));
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => `picly.rating-submitted/${partition}`);
    expect(claimed).toContainEqual({ projection: 'toy-narrow@1', partitions });
  });

  it('sees personal fields, and an erased person as nobody', async () => {
    const seen: DecodedEvent[] = [];
    hook = (events) => void seen.push(...events);
    const [ann, bob] = ['ann', 'bob'].map((user) =>
      anEvent('rating-submitted', { generation_id: generation(1), user_id: user, feedback: `by ${user} 🦊` }),
    );
    const positions = await harness.append([ann!, bob!]);
    await harness.keys.destroy({ kind: 'user', id: 'bob' });
    const runner = harness.runner([other]);
    await runner.start();
    await runner.whenFolded(positions);
    expect(seen.map(({ data, subject }) => ({ data, erased: subject?.erased, kind: subject?.kind }))).toEqual([
      { data: ann!.data, erased: false, kind: 'user' },
      { data: { generation_id: generation(1), rating: 5 }, erased: true, kind: 'user' },
    ]);
  });

  it('takes the partitions that wait together in one transaction', async () => {
    const sizes: number[] = [];
    hook = (events) => void sizes.push(events.length);
    await harness.append(Array.from({ length: 400 }, (_, i) => anEvent('rating-submitted', { generation_id: generation(i) })));
    const runner = harness.runner([other]);
    await runner.start();
    await runner.whenFolded(
      (await harness.log.bounds(['picly.rating-submitted'])).map(({ end, ...place }) => ({ ...place, offset: end - 1 })),
    );
    expect(sizes).toEqual([400]);
  });

  it('keeps a batch within its limit of records', async () => {
    const sizes: number[] = [];
    hook = (events) => void sizes.push(events.length);
    const positions = await harness.append(
      Array.from({ length: 400 }, (_, i) => anEvent('rating-submitted', { generation_id: generation(i) })),
    );
    const runner = harness.runner([other], { maxRecords: 50, maxBatchRecords: 20 });
    await runner.start();
    await runner.whenFolded(positions);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
  });
});

describe('two runners of a group', () => {
  it('share the partitions and fold into the same rows', async () => {
    const events = toyHistory(300);
    const runners = [harness.runner([toyProjection], { maxBatchRecords: 7 }), harness.runner([toyProjection], { maxBatchRecords: 5 })];
    await harness.append(events.slice(0, 100));
    await runners[0]!.start();
    await harness.append(events.slice(100, 150));
    await runners[1]!.start();
    const positions = await harness.append(events.slice(150));
    const mine = (n: number) => positions.filter(({ partition }) => partition % 2 === n);
    await Promise.all([runners[0]!.whenFolded(mine(0)), runners[1]!.whenFolded(mine(1))]);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  });

  it('a zombie that wakes up after a takeover writes nothing', async () => {
    const events = toyHistory(40);
    let wake = (): void => undefined;
    const asleep = new Promise<void>((reached) => {
      hook = async () => {
        hook = () => undefined;
        reached();
        await new Promise<void>((resolve) => (wake = resolve));
        await harness.pool.query('select 1');
      };
    });
    const join = jest.spyOn(harness.log, 'join');
    // The takeover waits for the zombie's transaction: its server ends it, as it does with every session that idles in one.
    const zombie = harness.runner([other]);
    await zombie.start();
    const member = (await join.mock.results[0]?.value) as MemoryMember;
    const positions = await harness.append(events);
    await asleep;
    await harness.cut({ inTransaction: true });
    const expired = member.expire();
    const heir = harness.runner([other]);
    await heir.start();
    await expired;
    await heir.whenFolded(positions);
    const before = await harness.pool.query('select * from runtime.checkpoints order by topic, partition');
    wake();
    await zombie.stop();
    expect(await harness.pool.query('select * from runtime.checkpoints order by topic, partition')).toEqual(before);
    expect(await harness.rows(tables(other))).toEqual(toyTables(events));
    join.mockRestore();
  });

  it('an instance whose claim is older than another is refused, and claims back what the group still assigns to it', async () => {
    let fence = (): void => undefined;
    const fenced = new Promise<void>((resolve) => (fence = resolve));
    const runner = harness.runner([toyProjection], {
      metrics: { events: () => undefined, batch: () => undefined, failure: (_, kind) => kind === 'fenced' && fence() },
    });
    await runner.start();
    const events = toyHistory(60);
    await runner.whenFolded(await harness.append(events.slice(0, 20)));
    // A claim begins by asking for the bounds: none is made until the look at the rows is over.
    let letClaim = (): void => undefined;
    const looked = new Promise<void>((resolve) => (letClaim = resolve));
    const bounds = harness.log.bounds.bind(harness.log);
    const held = jest.spyOn(harness.log, 'bounds').mockImplementation((topics) => looked.then(() => bounds(topics)));
    await harness.pool.query(`update runtime.checkpoints set epoch = epoch + 1 where partition = 0`);
    const before = await harness.pool.query('select topic, next_offset from runtime.checkpoints where partition = 0 order by topic');
    const positions = await harness.append(events.slice(20));
    await runner.whenFolded(positions.filter(({ partition }) => partition !== 0));
    await fenced;
    expect(await harness.pool.query('select topic, next_offset from runtime.checkpoints where partition = 0 order by topic')).toEqual(
      before,
    );
    const ownPartition = (_: DecodedEvent, i: number) => i < 20 || positions[i - 20]?.partition !== 0;
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events.filter(ownPartition)));
    letClaim();
    await runner.whenFolded(positions);
    held.mockRestore();
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  });
});

describe('when something breaks', () => {
  const breakOnce = (what: () => Promise<void> | void, nth = 2): void => {
    let calls = 0;
    hook = async () => {
      if (++calls === nth) await what();
    };
  };

  it.each<[string, () => Promise<void>]>([
    ['the connection is cut inside a transaction', () => harness.cut({ inTransaction: true })],
    ['the server cancels a statement', () => Promise.reject(Object.assign(new Error('canceling'), { severity: 'ERROR', code: '57014' }))],
    ['two transactions deadlock', () => Promise.reject(Object.assign(new Error('deadlock'), { severity: 'ERROR', code: '40P01' }))],
  ])('and %s, the batch is folded again, once, and nothing is parked', async (_, what) => {
    const events = toyHistory(90);
    breakOnce(what);
    const runner = harness.runner([toyProjection, other], { maxBatchRecords: 6, maxRecords: 12 });
    await runner.start();
    await runner.whenFolded(await harness.append(events));
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
    expect(await harness.rows(tables(other))).toEqual(toyTables(events));
    expect(await harness.letters()).toEqual([]);
  });

  it('and the answer to a commit is lost, the batch is not folded twice', async () => {
    const events = toyHistory(60);
    const runner = harness.runner([toyProjection], { maxBatchRecords: 6 });
    const connect: () => Promise<PoolClient> = harness.pool.pg.connect.bind(harness.pool.pg);
    let commits = 0;
    const losingCommits = async (): Promise<PoolClient> => {
      const client = await connect();
      const query: (...args: unknown[]) => Promise<unknown> = client.query.bind(client);
      const losing = async (...args: unknown[]): Promise<unknown> => {
        const answer = await query(...args);
        if ((args[0] as { readonly text?: string }).text === 'commit' && ++commits % 3 === 0)
          throw new Error('Connection terminated unexpectedly');
        return answer;
      };
      return Object.assign(client, { query: losing });
    };
    const spy = jest.spyOn(harness.pool.pg, 'connect').mockImplementation(losingCommits as never);
    await runner.start();
    await runner.whenFolded(await harness.append(events));
    spy.mockRestore();
    expect(commits).toBeGreaterThan(3);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  });

  it('and one projection keeps failing, the others go on, and it catches up by itself when it is cured', async () => {
    const events = toyHistory(80);
    let broken = true;
    hook = () => {
      if (broken) throw new Error('relation "x" does not exist');
    };
    const runner = harness.runner([toyProjection, other], { maxBatchRecords: 5 });
    await runner.start();
    const positions = await harness.append(events);
    await until(async () => (await harness.rows(toyProjection))['toy_facts']?.length === toyTables(events)['toy_facts']?.length);
    expect((await harness.rows(tables(other)))['toy_facts']).toEqual([]);
    const failing = 'select 1 from runtime.checkpoints where last_error is not null';
    await until(async () => (await harness.pool.query(failing)).length > 0);
    broken = false;
    await runner.whenFolded(positions);
    expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
    expect(await harness.rows(tables(other))).toEqual(toyTables(events));
    expect(await harness.letters()).toEqual([]);
  });
});

it('a version that is new reads from the start of the log while the others go on', async () => {
  const events = toyHistory(200);
  const old = harness.runner([toyProjection]);
  await old.start();
  await old.whenFolded(await harness.append(events.slice(0, 180)));
  await old.stop();
  await harness.log.trim([{ topic: 'picly.action-tracked', partition: 0, offset: 0 }]);
  const batches: number[] = [];
  hook = (folded) => void batches.push(folded.length);
  const runner = harness.runner([toyProjection, other], { maxBatchRecords: 10, maxRecords: 40 });
  await runner.start();
  await runner.whenFolded(await harness.append(events.slice(180)));
  expect(await harness.rows(tables(other))).toEqual(toyTables(events));
  expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  expect(runner.assignment()).toHaveLength(2 * PARTITIONS);
});

it('what the database has forgotten although it had answered the commit is folded again, also when nothing more comes', async () => {
  const events = toyHistory(60);
  const runner = harness.runner([toyProjection, other], { comparePositionsMs: 50 });
  await runner.start();
  await runner.whenFolded(await harness.append(events));
  // As a crash leaves it: rows, ids and positions are gone together.
  const names = await harness.observer.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1 and tablename <> 'migrations'`,
    [schemaOf(toyProjection)],
  );
  const { name, version } = toyProjection;
  await harness.observer.query(
    `do $$ begin
       truncate ${names.map((table) => table.name).join(', ')};
       update runtime.checkpoints set next_offset = first_offset where projection = '${name}' and version = ${version};
     end $$`,
  );
  const stored = async (): Promise<unknown> => JSON.stringify(await harness.rows(toyProjection));
  await until(async () => (await stored()) === JSON.stringify(toyTables(events)));
  expect(await harness.rows(tables(other))).toEqual(toyTables(events));
  const [row] = await harness.pool.query('select sum(duplicates)::int as n from runtime.checkpoints');
  expect(row).toEqual({ n: 0 });
});

it('a version that is new begins where the log begins', async () => {
  const events = Array.from({ length: 30 }, (_, i) =>
    anEvent('rating-submitted', { generation_id: generation(5), rating: 1 + (i % 5) }, { id: uuidOf(i, 0xc1) }),
  );
  const partition = (await harness.append(events))[0]?.partition ?? -1;
  await harness.log.trim([{ topic: 'picly.rating-submitted', partition, offset: 10 }]);
  const runner = harness.runner([toyProjection]);
  await runner.start();
  await runner.whenFolded([{ topic: 'picly.rating-submitted', partition, offset: 29 }]);
  const [row] = await harness.pool.query('select first_offset, next_offset from runtime.checkpoints where next_offset > 0');
  expect(row).toEqual({ first_offset: 10, next_offset: 30 });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo());) {
    if (Date.now() > end) throw new Error('not within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
