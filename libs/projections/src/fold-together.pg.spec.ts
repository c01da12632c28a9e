import type { DecodedEvent } from '@picly/contracts';
import { PoisonEventError } from './errors';
import { defineProjection, type Projection } from './define';
import { openRunnerHarness, type RunnerHarness } from './runner-harness.features';
import { toyHistory, toyTables } from './toy-model.features';
import { toyProjection } from '@picly/testing';

let harness: RunnerHarness;
let hook: (events: readonly DecodedEvent[]) => Promise<void> | void = () => undefined;
const other: Projection = defineProjection({
  ...toyProjection,
  name: 'toy-other',
  tables: [],
  sqlViews: [],
  fold: async (events, sql) => {
    await hook(events);
    await toyProjection.fold(events, sql);
  },
});

beforeAll(async () => void (harness = await openRunnerHarness([toyProjection, other])));
beforeEach(async () => {
  hook = () => undefined;
  await harness.reset();
});
afterAll(() => harness.close());

/** The transactions that last moved the positions of each projection. */
const transactions = (): Promise<{ projection: string; ids: string[] }[]> =>
  harness.pool.query(
    `select projection, array_agg(distinct xmin::text order by xmin::text) as ids from runtime.checkpoints where next_offset > first_offset
      group by projection order by projection`,
  );

async function foldAll(events: readonly DecodedEvent[]): Promise<void> {
  const positions = await harness.append(events);
  const runner = harness.runner([toyProjection, other]);
  await runner.start();
  await runner.whenFolded(positions);
}

it('folds a small batch into all projections in one transaction', async () => {
  const events = toyHistory(40);
  await foldAll(events);
  const [one, two] = await transactions();
  expect(one?.ids.length).toBeGreaterThan(0);
  expect(two?.ids).toEqual(one?.ids);
  expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
});

it('folds a large batch in a transaction for each projection', async () => {
  await foldAll(toyHistory(2_500));
  const [one, two] = await transactions();
  expect(two?.ids.filter((id) => one?.ids.includes(id))).toEqual([]);
});

it.each<[string, () => Promise<void> | void]>([
  [
    'parks an event',
    () => {
      throw new PoisonEventError('TOY_POISON', 'no');
    },
  ],
  [
    'fails for a while',
    () => {
      hook = () => undefined;
      throw new Error('a bug');
    },
  ],
  ['loses its connection', () => harness.cut({ inTransaction: true })],
])('a projection that %s does not take the rows of the others with it, nor count them twice', async (_, trouble) => {
  let left = 1;
  hook = () => (left-- > 0 ? trouble() : undefined);
  const events = toyHistory(30);
  await foldAll(events);
  expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  expect(await harness.rows({ ...other, tables: toyProjection.tables })).toEqual(toyTables(events));
});

it('a projection that does not go on lets the others go on', async () => {
  let release = (): void => undefined;
  const stuck = new Promise<void>((resolve) => (release = resolve));
  hook = () => stuck;
  const events = toyHistory(30);
  const positions = await harness.append(events);
  const runner = harness.runner([toyProjection, other]);
  await runner.start();
  while ((await harness.rows(toyProjection))['toy_facts']?.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  release();
  await runner.whenFolded(positions);
  expect(await harness.rows(toyProjection)).toEqual(toyTables(events));
  expect(await harness.rows({ ...other, tables: toyProjection.tables })).toEqual(toyTables(events));
});
