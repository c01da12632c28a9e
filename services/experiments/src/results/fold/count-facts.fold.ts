import type { Timeline } from '@picly/experiments';
import type { FoldSql } from '@picly/projections';
import { contributionOf, type Contribution } from './contributions';
import { byTime, type Fact } from './fact';
import { deleteFacts, loadFacts, lockSubjects, recallSubjects, saveFacts, saveSubjects, type SubjectState } from './facts.fold';
import { kindsFor } from './measure';
import { Sums } from './sums';

type Timelines = ReadonlyMap<string, Timeline>;

/** A subject before or after a change. */
interface Known {
  readonly facts: readonly Fact[];
  readonly firstSeen: number;
}

/** The experiments a subject was exposed to. */
function experimentsOf(facts: readonly Fact[]): ReadonlySet<string> {
  return new Set(facts.flatMap(({ kind, experiment }) => (kind === 'exposure' && experiment !== null ? [experiment] : [])));
}

/** What a subject counts for changes in every experiment it was or is exposed to. */
function changeAll(sums: Sums, timelines: Timelines, before: Known | undefined, after: Known | undefined): void {
  const facts = [...(before?.facts ?? []), ...(after?.facts ?? [])];
  for (const key of experimentsOf(facts)) {
    const timeline = timelines.get(key);
    if (!timeline) continue;
    const of = (known: Known | undefined): Contribution | undefined => known && contributionOf(timeline, known.facts, known.firstSeen);
    sums.change(of(before), of(after));
  }
}

const kindsOf = (timelines: Timelines): ReturnType<typeof kindsFor> =>
  kindsFor([...timelines.values()].flatMap(({ definition }) => definition.metrics));

function bySubject(facts: readonly Fact[]): Map<string, Fact[]> {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.subject);
    if (group) group.push(fact);
    else groups.set(fact.subject, [fact]);
  }
  return groups;
}

function firstOf(facts: readonly Fact[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { at } of facts) first = Math.min(first, at);
  return first;
}

/** Takes in new facts: they are kept, and what their subjects count for changes by the difference. Answers the changes, not yet stored. */
export async function addFacts(sql: FoldSql, facts: readonly Fact[], timelines: Timelines): Promise<Sums> {
  const sums = new Sums();
  if (facts.length === 0) return sums;
  const groups = bySubject(facts);
  const before = await lockSubjects(sql, new Map([...groups].map(([subject, own]) => [subject, merged(undefined, own)])));
  const changes = [...groups].map(([subject, own]) => ({ subject, ...merged(before.get(subject), own) }));
  const counted = changes.filter(({ exposed }) => exposed).map(({ subject }) => subject);
  const stored = await loadFacts(sql, counted, kindsOf(timelines));
  await saveFacts(sql, facts);
  await saveSubjects(
    sql,
    changes.filter(({ subject, firstSeen, exposed }) => isNews(before.get(subject), { firstSeen, exposed })),
  );
  for (const { subject, firstSeen } of changes) {
    const old = stored.get(subject);
    if (!old) continue;
    const state = before.get(subject);
    old.sort(byTime);
    const now = [...old, ...(groups.get(subject) ?? [])].sort(byTime);
    changeAll(sums, timelines, state && { facts: old, firstSeen: state.firstSeen }, { facts: now, firstSeen });
  }
  return sums;
}

function merged(before: SubjectState | undefined, facts: readonly Fact[]): SubjectState {
  const exposed = facts.some(({ kind }) => kind === 'exposure');
  return {
    firstSeen: Math.min(before?.firstSeen ?? Number.POSITIVE_INFINITY, firstOf(facts)),
    exposed: before?.exposed === true || exposed,
  };
}

/** A new row was made as it is to be. */
function isNews(before: SubjectState | undefined, after: SubjectState): boolean {
  return before !== undefined && (before.firstSeen !== after.firstSeen || before.exposed !== after.exposed);
}

/** Takes facts back, as if they had never come. */
export async function removeFacts(sql: FoldSql, facts: readonly Fact[], timelines: Timelines): Promise<Sums> {
  const sums = new Sums();
  if (facts.length === 0) return sums;
  const groups = bySubject(facts);
  const before = await lockSubjects(sql, new Map([...groups].map(([subject, own]) => [subject, merged(undefined, own)])));
  const subjects = [...groups.keys()].sort();
  const stored = await loadFacts(sql, subjects, kindsOf(timelines));
  await deleteFacts(sql, facts);
  const after = await recallSubjects(sql, subjects);
  await saveSubjects(
    sql,
    [...after].map(([subject, state]) => ({ subject, ...state })),
  );
  for (const [subject, gone] of groups) {
    const old = (stored.get(subject) ?? []).sort(byTime);
    const ids = new Set(gone.map(({ eventId }) => eventId));
    const [was, is] = [before.get(subject), after.get(subject)];
    const left = old.filter(({ eventId }) => !ids.has(eventId));
    changeAll(sums, timelines, was && { facts: old, firstSeen: was.firstSeen }, is && { facts: left, firstSeen: is.firstSeen });
  }
  return sums;
}
