import fc from 'fast-check';
import { assignCoPartitioned, type Subscriber } from './co-partitioned-assigner';

const topics = ['a', 'b', 'c'];
const partitions = (count: number): Map<string, number[]> =>
  new Map(topics.map((topic) => [topic, Array.from({ length: count }, (_, i) => i)]));
const member = (id: string, subscribed = topics): Subscriber => ({ id, topics: subscribed });

function ownersOf(members: readonly Subscriber[], count: number): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const [id, assignment] of assignCoPartitioned(members, partitions(count))) {
    for (const [topic, own] of Object.entries(assignment)) {
      for (const partition of own) owners.set(`${topic}/${partition}`, [...(owners.get(`${topic}/${partition}`) ?? []), id]);
    }
  }
  return owners;
}

describe('sharing out partitions', () => {
  it('gives partition i of every topic to the same member, every partition to exactly one, and even shares', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 12 }), (ids, count) => {
        const owners = ownersOf(
          ids.map((id) => member(id)),
          count,
        );
        expect(owners.size).toBe(topics.length * count);
        const shares = new Map<string, number>();
        for (let partition = 0; partition < count; partition++) {
          const all = new Set(topics.flatMap((topic) => owners.get(`${topic}/${partition}`) ?? ['nobody']));
          expect(all.size).toBe(1);
          for (const id of all) shares.set(id, (shares.get(id) ?? 0) + 1);
        }
        expect(Math.max(...shares.values())).toBeLessThanOrEqual(Math.ceil(count / ids.length));
      }),
    );
  });

  it('does not depend on the order in which the members are listed', () => {
    const members = ['x', 'y', 'z'].map((id) => member(id));
    expect(ownersOf([...members].reverse(), 7)).toEqual(ownersOf(members, 7));
  });

  it('gives a topic that only some members know to those', () => {
    const owners = ownersOf([member('old', ['a', 'b']), member('new')], 4);
    for (let partition = 0; partition < 4; partition++) expect(owners.get(`c/${partition}`)).toEqual(['new']);
    expect(owners.size).toBe(12);
  });
});
