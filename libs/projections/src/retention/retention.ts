import type { Sql } from '@picly/database';
import type { EventLog, LogPosition, PartitionBounds } from '@picly/event-log';

/** Events of a topic may be dropped once they are older than this. */
export interface RetentionRule {
  readonly topic: string;
  readonly days: number;
}

export interface RetentionOptions {
  readonly sql: Sql;
  readonly log: Pick<EventLog, 'bounds' | 'read' | 'trim'>;
  /** Projections that need not be rebuilt from the start of the log: only what they have yet to fold is kept for them. */
  readonly overRebuilds: ReadonlySet<string>;
}

/** The rule cannot be followed: projections are made of what it would drop. */
export class RetentionRefusedError extends Error {
  readonly code = 'RETENTION_REFUSED';
  readonly retryable = false;
  constructor(topic: string, projections: readonly string[]) {
    super(
      `${topic} is kept: ${projections.join(', ')} would be rebuilt from its first event; to give that up, name them in LOG_RETENTION_OVER_REBUILDS`,
    );
    this.name = this.code;
  }
}

interface Need {
  readonly projection: string;
  readonly version: number;
  readonly partition: number | null;
  readonly next_offset: number | null;
}

const DAY_MS = 86_400_000;
const NEEDS = `
  select v.projection, v.version, c.partition, c.next_offset
    from runtime.projection_versions v
    left join runtime.checkpoints c on c.projection = v.projection and c.version = v.version and c.topic = $1
   where $1 = any(v.topics)
   order by v.projection, v.version`;

/** Throws `RetentionRefusedError` when a rule would drop what registered projections are rebuilt from. */
export async function refuseHarmfulRules(rules: readonly RetentionRule[], { sql, overRebuilds }: RetentionOptions): Promise<void> {
  for (const { topic } of rules) {
    const needs = await sql.query<Need>(NEEDS, [topic]);
    const harmed = [...new Set(needs.map(({ projection }) => projection))].filter((projection) => !overRebuilds.has(projection));
    if (harmed.length > 0) throw new RetentionRefusedError(topic, harmed);
  }
}

/**
 * Drops what is older than its rule allows, never what a version of a projection has yet to fold. Answers where the partitions begin
 * now, as far as something was dropped. Throws `RetentionRefusedError`.
 */
export async function applyRetention(
  rules: readonly RetentionRule[],
  nowMs: number,
  options: RetentionOptions,
): Promise<readonly LogPosition[]> {
  await refuseHarmfulRules(rules, options);
  const cuts: LogPosition[] = [];
  for (const rule of rules) {
    const needs = await options.sql.query<Need>(NEEDS, [rule.topic]);
    for (const bounds of await options.log.bounds([rule.topic])) {
      const old = await firstNewerThan(options.log, bounds, nowMs - rule.days * DAY_MS);
      const offset = Math.min(old, neededFrom(needs, bounds.partition));
      if (offset > bounds.start) cuts.push({ topic: rule.topic, partition: bounds.partition, offset });
    }
  }
  if (cuts.length > 0) await options.log.trim(cuts);
  return cuts;
}

/** A version that has not begun with a partition needs all of it. */
function neededFrom(needs: readonly Need[], partition: number): number {
  const versions = new Map<string, number>();
  for (const need of needs) {
    const id = `${need.projection}@${need.version}`;
    const here = need.partition === partition ? (need.next_offset ?? 0) : undefined;
    versions.set(id, here ?? versions.get(id) ?? 0);
  }
  return Math.min(Infinity, ...versions.values());
}

/** The first offset whose record is not older; the end when all are. Times of a partition grow, but for the clocks of its writers. */
async function firstNewerThan(
  log: Pick<EventLog, 'read'>,
  { topic, partition, start, end }: PartitionBounds,
  timeMs: number,
): Promise<number> {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [batch] = await log.read({ from: [{ topic, partition, offset: middle }], maxRecords: 1, maxWaitMs: 1_000 });
    const record = batch?.records[0];
    if (!record) return start;
    if (record.timestamp < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
