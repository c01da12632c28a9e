import type { Timeline } from '@picly/experiments';
import type { FoldSql } from '@picly/projections';
import { contributionOf } from './contributions';
import { byTime } from './fact';
import { exposedSince, firstSeenOf, loadFacts } from './facts.fold';
import { kindsFor } from './measure';
import { storeSums } from './store-sums.fold';
import { Sums } from './sums';

const SUBJECTS_AT_ONCE = 2_000;
const DAY_MS = 86_400_000;

/** How an experiment reads before and after its definition changed, and from when on that can matter. */
export interface Redefined {
  readonly before: Timeline | undefined;
  readonly after: Timeline;
  readonly from: number;
}

/** Retention is counted when its day is over, without anything happening then: units exposed so long ago may still be counted otherwise. */
function longestSilence({ definition }: Timeline): number {
  return Math.max(0, ...definition.metrics.map(({ type, day }) => (type === 'retention' ? ((day ?? 0) + 1) * DAY_MS : 0)));
}

/** Counts again those who may count otherwise under the new definition. */
export async function recount(sql: FoldSql, { before, after, from }: Redefined): Promise<void> {
  const subjects = await exposedSince(sql, after.experiment, from - longestSilence(after));
  const kinds = kindsFor([...after.definition.metrics, ...(before?.definition.metrics ?? [])]);
  for (let at = 0; at < subjects.length; at += SUBJECTS_AT_ONCE) {
    const some = subjects.slice(at, at + SUBJECTS_AT_ONCE);
    const firstSeen = await firstSeenOf(sql, some);
    const sums = new Sums();
    for (const [subject, facts] of await loadFacts(sql, some, kinds)) {
      const seen = firstSeen.get(subject) ?? 0;
      facts.sort(byTime);
      sums.change(before && contributionOf(before, facts, seen), contributionOf(after, facts, seen));
    }
    await storeSums(sql, sums);
  }
}
