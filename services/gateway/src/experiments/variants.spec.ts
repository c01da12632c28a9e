import { readDefinition, unitKey, type ExperimentDefinition, type Revision } from '@picly/experiments';
import { DefinitionsDirectory } from './definitions-document';
import { Variants } from './variants';

const running = (experiment: string, more: object): Revision => ({
  experiment,
  revision: 2,
  change: 'started',
  state: 'running',
  author: 'eve',
  reason: null,
  arm: null,
  definition: readDefinition(experiment, {
    arms: [{ key: 'a' }, { key: 'b' }],
    primary_metric: 'downloaded',
    ...more,
  }) as ExperimentDefinition,
  changedAt: 0,
});

const PROFILES: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([['user:ann', { plan: 'pro' }]]);

describe('an exposure that names no arm', () => {
  const directory = new DefinitionsDirectory({
    latest: () => Promise.resolve([running('for-pros', { targeting: { plan: 'pro' } }), running('for-all', {})]),
  });
  const asked: string[] = [];
  const variants = new Variants(directory, {
    of: () => Promise.resolve(new Map([[unitKey({ experiment: 'for-all', subject: 'user:bob' }), 'b']])),
    profiles: (subjects) => {
      asked.push(...subjects);
      return Promise.resolve(PROFILES);
    },
  });
  const assigned = async (body: Readonly<Record<string, unknown>>): Promise<string> => {
    const found = (await variants.for([body]))(body);
    return found === undefined ? 'unknown' : 'variant' in found ? 'assigned' : found.why;
  };

  it('is targeted by what is known of the person, as the assignment call is, and by what it says itself', async () => {
    expect(await assigned({ experiment: 'for-pros', user_id: 'ann' })).toBe('assigned');
    expect(await assigned({ experiment: 'for-pros', user_id: 'bob' })).toContain('not targeted');
    expect(await assigned({ experiment: 'for-pros', user_id: 'bob', context: { plan: 'pro' } })).toBe('assigned');
    expect(await assigned({ experiment: 'for-pros', user_id: 'ann', context: { plan: 'free' } })).toContain('not targeted');
    expect(await assigned({ experiment: 'nobody-knows', user_id: 'ann' })).toBe('unknown');
  });

  it('keeps the arm that was seen first, and asks nothing about people that no experiment targets', async () => {
    asked.length = 0;
    const body = { experiment: 'for-all', user_id: 'bob' };
    expect((await variants.for([body]))(body)).toEqual({ variant: 'b' });
    expect(asked).toEqual([]);
  });
});
