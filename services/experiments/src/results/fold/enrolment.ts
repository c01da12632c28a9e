import { phaseAt, type Timeline } from '@picly/experiments';
import type { Fact, Segments } from './fact';

const DAY_MS = 86_400_000;
const UNKNOWN = 'unknown';

/** How a unit takes part in an experiment. */
export interface Enrolment {
  readonly arm: string;
  /** Names the phase of the first exposure. */
  readonly phase: number;
  readonly from: number;
  /** When it was seen in another arm, and is counted in none from then on; infinite otherwise. */
  readonly mixedAt: number;
  /** What happens from here on does not count: the unit is mixed, or the experiment over. */
  readonly until: number;
  readonly segments: Segments;
}

/** Exposures that count for nobody's arm. */
export interface StrayExposure {
  readonly why: 'unknown_arm' | 'outside';
  readonly at: number;
}

export interface Participation {
  readonly enrolment: Enrolment | undefined;
  readonly strays: readonly StrayExposure[];
}

const isUnitOf = (subject: string, unit: 'user' | 'session'): boolean => subject.startsWith('session:') === (unit === 'session');

/** An exposure that counts: in which arm, in which phase. */
interface Counted {
  readonly fact: Fact;
  readonly arm: string;
  readonly phase: number;
}

function sortExposures(
  timeline: Timeline,
  exposures: readonly Fact[],
): { readonly counted: readonly Counted[]; readonly strays: readonly StrayExposure[] } {
  const strays: StrayExposure[] = [];
  const counted: Counted[] = [];
  for (const fact of exposures) {
    const phase = phaseAt(timeline, fact.at);
    const arm = timeline.definition.arms.find(({ key }) => key === fact.name)?.key;
    if (!phase) strays.push({ why: 'outside', at: fact.at });
    else if (arm === undefined) strays.push({ why: 'unknown_arm', at: fact.at });
    else counted.push({ fact, arm, phase: phase.revision });
  }
  return { counted, strays };
}

/** How a subject takes part, from its facts in the order of time. A visit is no unit of an experiment on people, and the other way round. */
export function participationOf(timeline: Timeline, facts: readonly Fact[], firstSeen: number): Participation {
  const { experiment, definition } = timeline;
  const exposures = facts.filter(({ kind, experiment: named }) => kind === 'exposure' && named === experiment);
  const subject = exposures[0]?.subject;
  const isUnit = subject !== undefined && isUnitOf(subject, definition.unit);
  if (!isUnit || timeline.phases.length === 0) return { enrolment: undefined, strays: [] };
  const { counted, strays } = sortExposures(timeline, exposures);
  const first = counted[0];
  if (!first) return { enrolment: undefined, strays };
  const mixedAt = counted.find(({ arm }) => arm !== first.arm)?.fact.at ?? Number.POSITIVE_INFINITY;
  const enrolment: Enrolment = {
    arm: first.arm,
    phase: first.phase,
    from: first.fact.at,
    mixedAt,
    until: Math.min(mixedAt, timeline.endedAt),
    segments: segmentsOf(first.fact, facts, firstSeen),
  };
  return { enrolment, strays };
}

/** What was known of the unit when it was first exposed: what the exposure says, else what was known before it. */
function segmentsOf(exposure: Fact, facts: readonly Fact[], firstSeen: number): Segments {
  const said: Record<string, string> = { engine: UNKNOWN, plan: UNKNOWN, source: UNKNOWN, device: UNKNOWN };
  for (const fact of facts) {
    if (fact.at > exposure.at) break;
    if (fact.kind === 'profile') Object.assign(said, fact.attributes);
    if (fact.kind === 'generation' && fact.name !== null) said['engine'] = fact.name;
  }
  Object.assign(said, exposure.attributes);
  return { ...said, visitor: firstSeen < exposure.at - DAY_MS ? 'returning' : 'new' };
}
