import { defineProjection } from '@picly/projections';
import { anEvent, uuidOf } from './builders';
import { openProjectionSpec, type ProjectionSpec } from './projection-spec';
import { toyProjection } from './toy-projection';

const generation = (n: number): string => uuidOf(n, 0xa);
const history = Array.from({ length: 40 }, (_, i) =>
  i % 3 === 0
    ? anEvent(
        'generation-completed',
        { generation_id: generation(i % 8), engine: i % 2 ? 'dalle3' : 'flux-pro' },
        { id: uuidOf(i % 8, 0xb) },
      )
    : anEvent('rating-submitted', { generation_id: generation(i % 8), rating: 1 + (i % 5) }, { occurredAt: 1_700_000_000_000 + (i % 4) }),
);

describe('a projection spec', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => void (spec = await openProjectionSpec(toyProjection)));
  afterAll(() => spec.close());

  it('folds the events given into rows, and counts only new ones', async () => {
    const rating = anEvent('rating-submitted', { generation_id: generation(1), rating: 4 });
    const completed = anEvent('generation-completed', { generation_id: generation(1), engine: 'dalle3' });
    expect(await spec.fold([rating, rating, completed], { batches: 2 })).toBe(2);
    expect(await spec.fold([completed])).toBe(0);
    expect(await spec.rows('toy_engines')).toEqual([{ engine: 'dalle3', generations: 1, ratings: 1, stars: 4 }]);
    expect(await spec.sql.query('select mean::float from picly.toy_means')).toEqual([{ mean: 4 }]);
  });

  it('finds nothing wrong with a projection that follows the rules', () => spec.expectOrderIndependent(history));

  it('gives equal digests to equal tables and another one to another row', async () => {
    await spec.clear();
    await spec.fold(history);
    const first = await spec.digest();
    await spec.clear();
    await spec.fold(history, { batches: 7 });
    expect(await spec.digest()).toEqual(first);
    await spec.sql.query('update toy_engines set stars = stars + 1');
    expect((await spec.digest()).map(({ digest }, i) => digest === first[i]?.digest)).toEqual([true, false]);
  });
});

it('catches a projection whose rows depend on the order of arrival', async () => {
  const spec = await openProjectionSpec(
    defineProjection({
      ...toyProjection,
      name: 'arrival',
      async fold(events, sql) {
        for (const event of events) {
          if (event.type !== 'generation-completed') continue;
          const { engine } = event.data;
          const [last] = await sql.query<{ generations: number }>('select coalesce(max(generations), 0) as generations from toy_engines');
          await sql.query('insert into toy_engines values ($1, $2, 0, 0) on conflict do nothing', [engine, (last?.generations ?? 0) + 1]);
        }
      },
    }),
  );
  await expect(spec.expectOrderIndependent(history)).rejects.toThrow();
  await spec.close();
});
