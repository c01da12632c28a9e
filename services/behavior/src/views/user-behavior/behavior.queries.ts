import type { Sql } from '@picly/database';

/** What interactions can be grouped by, and the column it is in. */
const GROUPS = { action: 'action', page: 'page', device: 'device_category', browser: 'browser', os: 'os', screen: 'screen' } as const;
export type BehaviorGrouping = keyof typeof GROUPS;
export const BEHAVIOR_GROUPINGS = Object.keys(GROUPS) as readonly BehaviorGrouping[];

export interface BehaviorFilter {
  readonly action?: string;
  readonly page?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  /** Range of `occurred_at`, half open. */
  readonly from?: Date;
  readonly to?: Date;
}

export interface BehaviorFact {
  readonly event_id: string;
  readonly session_id: string | null;
  readonly user_id: string | null;
  readonly action: string;
  readonly page: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly device: Readonly<Record<string, unknown>> | null;
  readonly device_category: string | null;
  readonly browser: string | null;
  readonly os: string | null;
  readonly screen: string | null;
  /** Seconds the interaction took. */
  readonly time: number | null;
  readonly occurred_at: Date;
}

export interface BehaviorSummary {
  /** Null: not known. */
  readonly group: string | null;
  readonly events: number;
  /** Share of all events of the answer, 0..1. */
  readonly share: number;
  readonly sessions: number;
  readonly users: number;
  /** Mean seconds of the interactions that tell how long they took. */
  readonly avg_time: number | null;
  readonly first_at: Date;
  readonly last_at: Date;
}

export interface BehaviorPage {
  readonly rows: readonly BehaviorFact[];
  /** Number of the last fact read, to go on from; absent at the end. */
  readonly next: number | undefined;
}

const FILTER = `($1::text is null or action = $1) and ($2::text is null or page = $2) and ($3::text is null or session_id = $3)
  and ($4::text is null or user_id = $4) and ($5::timestamptz is null or occurred_at >= $5) and ($6::timestamptz is null or occurred_at < $6)`;
const filterValues = ({ action, page, sessionId, userId, from, to }: BehaviorFilter): unknown[] =>
  [action, page, sessionId, userId, from, to].map((value) => value ?? null);

/** Interactions as facts and by group. */
export class BehaviorQueries {
  constructor(private readonly sql: Sql) {}

  /** Facts in the order in which they became known, so that going on never misses one that comes late. */
  async events(filter: BehaviorFilter, limit: number, after = 0): Promise<BehaviorPage> {
    const found = await this.sql.query<BehaviorFact & { readonly change_no: number }>(
      `select event_id, session_id, user_id, action, page, details, device, device_category, browser, os, screen,
         duration_ms::float8 / 1000 as time, occurred_at, change_no
       from picly.user_behavior where change_no > $7 and ${FILTER} order by change_no limit $8`,
      [...filterValues(filter), after, limit + 1],
      'behavior events',
    );
    const rows = found.slice(0, limit).map(({ change_no: _, ...row }) => row);
    return { rows, next: found.length > limit ? found[limit - 1]?.change_no : undefined };
  }

  async summary(filter: BehaviorFilter, grouping: BehaviorGrouping, limit: number): Promise<BehaviorSummary[]> {
    return this.sql.query<BehaviorSummary>(
      `select ${GROUPS[grouping]} as "group", count(*) as events, (count(*) / sum(count(*)) over ())::float8 as share,
         count(distinct session_id) as sessions, count(distinct user_id) as users,
         sum(duration_ms)::float8 / nullif(count(duration_ms), 0) / 1000 as avg_time, min(occurred_at) as first_at, max(occurred_at) as last_at
       from picly.user_behavior where ${FILTER} group by 1 order by events desc, 1 limit $7`,
      [...filterValues(filter), limit],
      `behavior summary ${grouping}`,
    );
  }
}
