import { anEvent, openProjectionSpec, type ProjectionSpec } from '@picly/testing';
import { armsSeen } from './arms-seen.projection';
import { ArmsSeenQueries, type OfPerson } from './arms-seen.queries';

const NOON = Date.UTC(2026, 0, 1, 12);

let spec: ProjectionSpec;
beforeAll(async () => {
  spec = await openProjectionSpec(armsSeen);
});
afterEach(() => spec.clear());
afterAll(() => spec.close());

const exposure = (user: string, experiment: string, variant: string, at: number) =>
  anEvent('experiment-exposed', { user_id: user, experiment, variant }, { occurredAt: at });
const row = (changes: Partial<OfPerson>): OfPerson => ({
  user_id: null,
  generation_user_id: null,
  rated_at: null,
  occurred_at: null,
  recorded_at: new Date(NOON + 3_600_000),
  ...changes,
});
const armsOf = async (changes: Partial<OfPerson>) => (await new ArmsSeenQueries(spec.sql).withArms([row(changes)]))[0]?.experiment_arms;

describe('the arms of a rating', () => {
  it('are those its rater had seen by then, by the name of the experiment', async () => {
    await spec.fold([
      exposure('ann', 'upscaler', 'b', NOON),
      exposure('ann', 'button', 'green', NOON + 5),
      exposure('bob', 'button', 'red', NOON),
    ]);

    expect(await armsOf({ user_id: 'ann', rated_at: new Date(NOON - 1) })).toEqual([]);
    expect(await armsOf({ user_id: 'ann', rated_at: new Date(NOON) })).toEqual([{ experiment: 'upscaler', variant: 'b' }]);
    expect(await armsOf({ user_id: 'ann', rated_at: new Date(NOON + 5) })).toEqual([
      { experiment: 'button', variant: 'green' },
      { experiment: 'upscaler', variant: 'b' },
    ]);
  });

  it('are the first ones seen, whatever arrives first', async () => {
    await spec.fold([exposure('ann', 'button', 'late', NOON + 10)]);
    await spec.fold([exposure('ann', 'button', 'first', NOON), exposure('ann', 'button', 'again', NOON + 20)]);

    expect(await armsOf({ user_id: 'ann', rated_at: new Date(NOON + 30) })).toEqual([{ experiment: 'button', variant: 'first' }]);
  });

  it('are those of the maker when the rater is not named, and none when neither is', async () => {
    await spec.fold([exposure('ann', 'button', 'green', NOON)]);

    expect(await armsOf({ generation_user_id: 'ann', occurred_at: new Date(NOON) })).toHaveLength(1);
    expect(await armsOf({ user_id: 'bob', generation_user_id: 'ann', rated_at: new Date(NOON) })).toEqual([]);
    expect(await armsOf({ rated_at: new Date(NOON) })).toEqual([]);
  });
});

describe('the arms seen', () => {
  const history = Array.from({ length: 60 }, (_, n) =>
    exposure(`user ${n % 7}`, `experiment ${n % 3}`, `arm ${n % 5}`, NOON + ((n * 37) % 11) * 1_000),
  );

  it('are the same whatever the order, the batches and the duplicates', () => spec.expectOrderIndependent(history));

  it('of an erased person are gone', () => spec.expectErasable(history));
});
