import fc from 'fast-check';
import type { DecodedEvent } from '@picly/contracts';
import { anEvent, recordsOf, TOY_POISON_QUALITY, toyProjection } from '@picly/testing';
import type { MemoryMember } from '@picly/testing';
import { openRunnerHarness, type RunnerHarness } from './runner-harness.features';
import { generation, toyHistory, toyTables } from './toy-model.features';
import type { ProjectionRunner } from './runner';

let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection])));
afterAll(() => harness.close());

/** What happens to a system while it folds. */
type Happening =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'repeat'; readonly from: number; readonly count: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'start'; readonly batch: number; readonly collection: number }
  | { readonly kind: 'stop' | 'kill'; readonly which: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), from: fc.nat(200), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'cut' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      batch: fc.integer({ min: 1, max: 12 }),
      collection: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('stop' as const, 'kill' as const), which: fc.nat(3) }) },
);

interface Instance {
  readonly runner: ProjectionRunner;
  readonly member: MemoryMember;
}

/** Runs happenings against the log and remembers what was appended. */
class World {
  readonly appended: DecodedEvent[] = [];
  private readonly instances: Instance[] = [];

  constructor(private readonly history: readonly DecodedEvent[]) {}

  async happen(one: Happening): Promise<void> {
    switch (one.kind) {
      case 'append':
        return this.append(this.history.slice(this.appended.length, this.appended.length + one.count), true);
      case 'repeat':
        return this.append(this.appended.slice(one.from, one.from + one.count), false);
      case 'cut':
        return harness.cut();
      case 'start':
        return this.start(one.batch, one.collection);
      case 'stop':
        return this.end(one.which, ({ runner }) => runner.stop());
      case 'kill':
        // Its work under way goes on, and must come to nothing.
        return this.end(one.which, ({ member }) => member.expire());
    }
  }

  async start(maxBatchRecords: number, maxRecords: number): Promise<void> {
    if (this.instances.length >= 3) return;
    const join = jest.spyOn(harness.log, 'join');
    const runner = harness.runner([toyProjection], { maxBatchRecords, maxRecords });
    await runner.start();
    this.instances.push({ runner, member: (await join.mock.results.at(-1)?.value) as MemoryMember });
    join.mockRestore();
  }

  private async append(events: readonly DecodedEvent[], isNew: boolean): Promise<void> {
    const records = await recordsOf(events);
    await harness.log.append(records);
    if (isNew) this.appended.push(...events);
  }

  private async end(which: number, how: (instance: Instance) => Promise<void>): Promise<void> {
    const [instance] = this.instances.splice(which % Math.max(1, this.instances.length), 1);
    if (instance) await how(instance);
  }

  /** Resolves when everything in the log is folded or parked. */
  async settle(): Promise<void> {
    await this.start(1_000, 5_000);
    const ends = await harness.log.bounds(toyProjection.events.map((type) => `picly.${type}`));
    const last = ends.filter(({ end }) => end > 0).map(({ topic, partition, end }) => ({ topic, partition, offset: end - 1 }));
    for (const until = Date.now() + 60_000; ;) {
      const rows = await harness.observer.query<{ topic: string; partition: number; next_offset: number }>(
        'select * from runtime.checkpoints',
      );
      const behind = last.filter(
        (place) => !rows.some((row) => row.topic === place.topic && row.partition === place.partition && row.next_offset > place.offset),
      );
      if (behind.length === 0) return;
      if (Date.now() > until) throw new Error(`not folded within 20 s: ${JSON.stringify(behind)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function live(history: readonly DecodedEvent[], happenings: readonly Happening[]): Promise<World> {
  await harness.reset();
  const world = new World(history);
  await world.start(3, 10);
  for (const one of happenings) await world.happen(one);
  await world.settle();
  return world;
}

it('whatever is appended, repeated, cut, started, stopped and killed while it folds: the tables are those of the events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 20 }), async (happenings) => {
      const world = await live(toyHistory(400), happenings);
      expect(await harness.rows(toyProjection)).toEqual(toyTables(world.appended));
    }),
    { numRuns: 25 },
  );
}, 120_000);

it('and with poison among the events: what is parked depends on the events alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 12 }), async (happenings) => {
      const history = toyHistory(300).map((event, i) =>
        i % 40 === 10 ? anEvent('rating-submitted', { generation_id: generation(i % 13), quality_score: TOY_POISON_QUALITY }) : event,
      );
      const world = await live(history, happenings);
      const poisoned = new Set<string>();
      const flowing = world.appended.filter((event) => {
        if (event.type !== 'rating-submitted') return true;
        if (event.data.quality_score === TOY_POISON_QUALITY) poisoned.add(event.data.generation_id);
        return !poisoned.has(event.data.generation_id);
      });
      expect(await harness.rows(toyProjection)).toEqual(toyTables(flowing));
      const flowed = new Set(flowing.map(({ id }) => id));
      const stuck = world.appended.filter(({ id }) => !flowed.has(id)).map(({ id }) => id);
      // An event that was folded and comes again once its key is blocked waits too: a replay will find that it is a duplicate.
      const parked = (await harness.letters()).map((letter) => letter.event_id).filter((id) => !flowed.has(id));
      expect([...new Set(parked)].sort()).toEqual(stuck.sort());
    }),
    { numRuns: 20 },
  );
}, 120_000);
