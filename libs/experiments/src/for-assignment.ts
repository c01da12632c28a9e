import type { ExperimentDefinition as Assignable } from '@picly/assignment';
import type { Revision } from './life-cycle';

/** What assignment needs to know of an experiment, and nothing else: it is shown to browsers. */
export function forAssignment({ experiment, state, arm, definition }: Revision): Assignable {
  const { arms, seed, hash_version: hashVersion, coverage, namespace, targeting, holdout } = definition;
  const control = arms[0]?.key;
  const shippedArm = state === 'shipped' ? (arm ?? undefined) : state === 'rolled_back' ? control : undefined;
  return {
    key: experiment,
    status: state,
    arms: arms.map(({ key, weight }) => ({ key, weight })),
    seed,
    hashVersion,
    coverage,
    ...(namespace && { namespace: [namespace.name, namespace.start, namespace.end] as const }),
    ...(targeting && { targeting }),
    ...(holdout && { holdout: { seed: `holdout:${holdout.group}`, share: holdout.share } }),
    ...(shippedArm !== undefined && { shippedArm }),
  };
}
