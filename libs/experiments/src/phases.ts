import type { ExperimentDefinition } from './definition';
import type { Revision } from './life-cycle';

/** A stretch of time in which nothing about an experiment changed. Half-open; milliseconds since the epoch. */
export interface Phase {
  /** The revision that began it; names the phase. */
  readonly revision: number;
  readonly from: number;
  readonly to: number;
  readonly state: Revision['state'];
  readonly arms: ExperimentDefinition['arms'];
}

/** An experiment as the fold counts it. */
export interface Timeline {
  readonly experiment: string;
  /** As of the latest revision. */
  readonly definition: ExperimentDefinition;
  readonly state: Revision['state'];
  readonly revision: number;
  readonly phases: readonly Phase[];
  /** When it first ran; infinite before. */
  readonly startedAt: number;
  /** When it was stopped, shipped or rolled back; what happens then does not count. Infinite before. */
  readonly endedAt: number;
}

const ENDED: ReadonlySet<Revision['state']> = new Set(['stopped', 'shipped', 'rolled_back']);

/**
 * The revisions of one experiment as phases. Times never run backwards: a revision begins at its own time or that of the one
 * before, whichever is later. What was exposed before the first run belongs to it (see `counts_from` of the definition).
 */
export function timelineOf(revisions: readonly Revision[]): Timeline | undefined {
  const sorted = [...revisions].sort((a, b) => a.revision - b.revision);
  const last = sorted.at(-1);
  if (!last) return undefined;
  const phases: Phase[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (const [n, { revision, changedAt, state, definition }] of sorted.entries()) {
    from = Math.max(from, changedAt);
    const next = sorted[n + 1];
    phases.push({ revision, from, to: next ? Math.max(from, next.changedAt) : Number.POSITIVE_INFINITY, state, arms: definition.arms });
  }
  const first = phases.findIndex(({ state }) => state === 'running');
  const running = phases[first];
  const startedAt = running?.from ?? Number.POSITIVE_INFINITY;
  const endedAt = phases.find(({ state }) => ENDED.has(state))?.from ?? Number.POSITIVE_INFINITY;
  return {
    experiment: last.experiment,
    definition: last.definition,
    state: last.state,
    revision: last.revision,
    phases: running ? [{ ...running, from: Number.NEGATIVE_INFINITY }, ...phases.slice(first + 1)] : [],
    startedAt,
    endedAt,
  };
}

/** The phase in which an exposure at this time counts. */
export function phaseAt({ phases, definition }: Timeline, at: number): Phase | undefined {
  const from = definition.counts_from === null ? Number.NEGATIVE_INFINITY : Date.parse(definition.counts_from);
  if (at < from) return undefined;
  const phase = phases.find((each) => each.from <= at && at < each.to);
  return phase?.state === 'running' ? phase : undefined;
}
