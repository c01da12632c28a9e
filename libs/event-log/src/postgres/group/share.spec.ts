import fc from 'fast-check';
import { shareOf } from './share';

const MEMBERS = ['a', 'b', 'c', 'd', 'e'];

/** Let every member look in turn, as in the database, until nobody has anything left to do; answers the moves. */
function settle(members: readonly string[], partitions: number, leases: Map<number, string>): number {
  let moves = 0;
  for (let busy = true; busy;) {
    busy = false;
    for (const me of members) {
      const { claim, release } = shareOf(me, { members, partitions, leases });
      for (const partition of claim) leases.set(partition, me);
      for (const partition of release) leases.delete(partition);
      moves += claim.length;
      busy ||= claim.length + release.length > 0;
    }
  }
  return moves;
}

function counts(members: readonly string[], leases: ReadonlyMap<number, string>): number[] {
  return members.map((member) => [...leases.values()].filter((holder) => holder === member).length);
}

describe('shares of a group', () => {
  it('end up equal, whoever held what before', () => {
    const world = fc.record({
      members: fc.subarray(MEMBERS, { minLength: 1 }),
      holders: fc.array(fc.constantFrom(...MEMBERS, undefined), { maxLength: 16 }),
    });
    fc.assert(
      fc.property(world, ({ members, holders }) => {
        const leases = new Map<number, string>();
        holders.forEach((holder, partition) => {
          if (holder && members.includes(holder)) leases.set(partition, holder);
        });
        settle(members, holders.length, leases);
        const held = counts(members, leases);
        expect(leases.size).toBe(holders.length);
        expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('move no more partitions than the newcomer gets', () => {
    const leases = new Map(Array.from({ length: 12 }, (_, partition) => [partition, partition % 2 ? 'a' : 'b']));
    expect(settle(['a', 'b', 'c'], 12, leases)).toBe(4);
    expect(counts(['a', 'b', 'c'], leases)).toEqual([4, 4, 4]);
  });

  it('never claim what somebody still holds', () => {
    const leases = new Map([0, 1, 2, 3].map((partition) => [partition, 'a']));
    expect(shareOf('b', { members: ['a', 'b'], partitions: 4, leases })).toEqual({ own: [], release: [], claim: [] });
    expect(shareOf('a', { members: ['a', 'b'], partitions: 4, leases })).toEqual({ own: [0, 1], release: [2, 3], claim: [] });
  });
});
