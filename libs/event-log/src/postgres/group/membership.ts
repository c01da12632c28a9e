import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import { shareOf, type GroupView, type Share } from './share';

export interface MemberIdentity {
  readonly group: string;
  readonly memberId: string;
  /** How many partition numbers this member's topics have. */
  readonly partitions: number;
  readonly sessionTimeoutMs: number;
}

/** What a heartbeat found. */
export interface Beat {
  /** False: this member was declared dead, its partitions belong to others. */
  readonly alive: boolean;
  /** True when shares may have changed since the last `sync`. */
  readonly changed: boolean;
}

export interface Synced extends Share {
  /** True when this member was not (or no longer) known: whatever it held before is lost. */
  readonly fresh: boolean;
  /** True when others should look as well. */
  readonly tellOthers: boolean;
}

interface BeatRow {
  alive: number;
  expired: boolean;
  members: number;
  leases: number;
}

const HAS_EXPIRED = `heartbeat_at < clock_timestamp() - make_interval(secs => session_timeout_ms / 1000.0)`;

/** A member's rows in the tables of the log; time is the database's clock. */
export class Membership {
  #seen = { members: 0, partitions: 0 };

  constructor(
    private readonly pool: DatabasePool,
    private readonly me: MemberIdentity,
  ) {}

  async beat(): Promise<Beat> {
    const [row] = await this.pool.query<BeatRow>(
      `with beat as (
         update log.members set heartbeat_at = clock_timestamp() where group_name = $1 and member_id = $2 returning 1
       )
       select (select count(*)::int from beat) as alive,
         coalesce(bool_or(${HAS_EXPIRED}) filter (where member_id <> $2), false) as expired,
         count(*)::int as members,
         (select count(*)::int from log.leases where group_name = $1) as leases
       from log.members where group_name = $1`,
      [this.me.group, this.me.memberId],
      'picly-log-beat',
    );
    if (!row?.alive) return { alive: false, changed: true };
    const { members, partitions } = this.#seen;
    return { alive: true, changed: row.expired || row.members !== members || row.leases !== partitions };
  }

  /** Join or confirm the membership, remove the dead, claim what is free of the own share. */
  async sync(): Promise<Synced> {
    const { group, memberId } = this.me;
    return inTransaction(this.pool, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('picly.log.group'), hashtext($1))`, [group]);
      const dead = await this.#removeDead(tx);
      const fresh = await this.#confirm(tx);
      const view = await this.#view(tx);
      const share = shareOf(memberId, view);
      if (share.claim.length > 0) {
        await tx.query('insert into log.leases (group_name, partition, member_id) select $1, unnest($2::int[]), $3', [
          group,
          share.claim,
          memberId,
        ]);
      }
      this.#seen = { members: view.members.length, partitions: view.partitions };
      return { ...share, fresh, tellOthers: dead > 0 || (fresh && view.members.length > 1) };
    });
  }

  async release(partitions: readonly number[]): Promise<void> {
    await this.pool.query('delete from log.leases where group_name = $1 and member_id = $2 and partition = any($3)', [
      this.me.group,
      this.me.memberId,
      partitions,
    ]);
  }

  async leave(): Promise<void> {
    await inTransaction(this.pool, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('picly.log.group'), hashtext($1))`, [this.me.group]);
      await tx.query('delete from log.leases where group_name = $1 and member_id = $2', [this.me.group, this.me.memberId]);
      await tx.query('delete from log.members where group_name = $1 and member_id = $2', [this.me.group, this.me.memberId]);
    });
  }

  async #removeDead(tx: Sql): Promise<number> {
    const { group, memberId } = this.me;
    const dead = await tx.query(
      `delete from log.members where group_name = $1 and member_id <> $2 and ${HAS_EXPIRED} returning member_id`,
      [group, memberId],
    );
    await tx.query(
      `delete from log.leases l where l.group_name = $1
         and not exists (select from log.members m where m.group_name = $1 and m.member_id = l.member_id)`,
      [group],
    );
    return dead.length;
  }

  async #confirm(tx: Sql): Promise<boolean> {
    const { group, memberId, partitions, sessionTimeoutMs } = this.me;
    const [row] = await tx.query<{ fresh: boolean }>(
      `insert into log.members (group_name, member_id, partitions, session_timeout_ms, heartbeat_at)
       values ($1, $2, $3, $4, clock_timestamp())
       on conflict (group_name, member_id) do update set heartbeat_at = clock_timestamp()
       returning xmax = 0 as fresh`,
      [group, memberId, partitions, sessionTimeoutMs],
    );
    return row?.fresh ?? true;
  }

  async #view(tx: Sql): Promise<GroupView> {
    const members = await tx.query<{ id: string; partitions: number }>(
      'select member_id as id, partitions from log.members where group_name = $1 order by joined',
      [this.me.group],
    );
    const leases = await tx.query<{ partition: number; holder: string }>(
      'select partition, member_id as holder from log.leases where group_name = $1',
      [this.me.group],
    );
    return {
      members: members.map((member) => member.id),
      partitions: Math.max(...members.map((member) => member.partitions)),
      leases: new Map(leases.map((lease) => [lease.partition, lease.holder])),
    };
  }
}
