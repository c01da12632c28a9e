/** Who holds what in a group, as the tables say. */
export interface GroupView {
  /** Living members, in the order they joined. */
  readonly members: readonly string[];
  /** Number of partitions to share out. */
  readonly partitions: number;
  /** Holder by partition. */
  readonly leases: ReadonlyMap<number, string>;
}

/** What a member has to do so that in the end everybody has a fair share. */
export interface Share {
  readonly own: readonly number[];
  readonly release: readonly number[];
  readonly claim: readonly number[];
}

/**
 * Equal shares, the remainder to those who joined first; a member keeps what it holds as far as its share goes, so that
 * few partitions move. A partition moves in two steps, released by the one before it is claimed by the other.
 */
export function shareOf(me: string, { members, partitions, leases }: GroupView): Share {
  const rank = members.indexOf(me);
  const quota = rank < 0 ? 0 : Math.floor(partitions / members.length) + (rank < partitions % members.length ? 1 : 0);
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const held = all.filter((partition) => leases.get(partition) === me);
  const claim = all.filter((partition) => !leases.has(partition)).slice(0, Math.max(0, quota - held.length));
  const own = [...held.slice(0, quota), ...claim].sort((a, b) => a - b);
  return { own, release: held.slice(quota), claim };
}
