import { matches, type Attributes } from './condition';
import type { ExperimentDefinition, ExperimentDefinitions } from './definition';
import { bucketOf } from './hash';
import { isInNamespace } from './namespace';
import { bucketRanges, chooseArm } from './ranges';

/** Why a unit has the arm it has, or none. Only `assigned` and `sticky` units are exposed: count nobody else. */
export type AssignmentReason =
  | 'assigned'
  | 'sticky'
  | 'forced'
  | 'shipped'
  | 'unknown_experiment'
  | 'unknown_arm'
  | 'too_few_arms'
  | 'not_running'
  | 'no_unit'
  | 'old_version'
  | 'held_out'
  | 'outside_namespace'
  | 'not_targeted'
  | 'not_covered';

export interface Assignment {
  /** Key of the arm; null: the unit is not in the experiment and sees what it would see without it. */
  readonly arm: string | null;
  readonly reason: AssignmentReason;
  /** Where the unit fell, in [0, 1); null where that was not asked. */
  readonly bucket: number | null;
}

/** Arms that units had before, by `stickyKey`. */
export type StickyChoices = Readonly<Record<string, string>>;

export interface AssignOptions {
  /** The arm this unit was first exposed to under the present bucket version, or its choices of all versions. */
  readonly sticky?: string | StickyChoices;
  /** An arm for testing; such units are not exposed. */
  readonly forced?: string;
}

/** Under which name the choice of a unit is kept. */
export const stickyKey = (key: string, bucketVersion = 0): string => `${key}__${bucketVersion}`;

const without = (reason: AssignmentReason, bucket: number | null = null): Assignment => ({ arm: null, reason, bucket });

const hasArm = (definition: ExperimentDefinition, arm: string | undefined): arm is string =>
  arm !== undefined && definition.arms.some(({ key }) => key === arm);

function given(definition: ExperimentDefinition, arm: string | undefined, reason: 'forced' | 'shipped'): Assignment {
  return hasArm(definition, arm) ? { arm, reason, bucket: null } : without('unknown_arm');
}

function choicesOf(definition: ExperimentDefinition, sticky: AssignOptions['sticky']): StickyChoices {
  return typeof sticky === 'string' ? { [stickyKey(definition.key, definition.bucketVersion)]: sticky } : (sticky ?? {});
}

function hasOldChoice({ key, minBucketVersion = 0 }: ExperimentDefinition, choices: StickyChoices): boolean {
  const prefix = stickyKey(key, 0).slice(0, -1);
  return Object.keys(choices).some((name) => name.startsWith(prefix) && Number(name.slice(prefix.length)) < minBucketVersion);
}

function exclusion(definition: ExperimentDefinition, unit: string, attributes: Attributes): AssignmentReason | undefined {
  const { holdout, namespace, targeting } = definition;
  if (holdout && (bucketOf(holdout.seed, unit, 2) ?? 1) < holdout.share) return 'held_out';
  if (namespace && !isInNamespace(unit, namespace)) return 'outside_namespace';
  return targeting !== undefined && !matches(targeting, attributes) ? 'not_targeted' : undefined;
}

function byBucket(definition: ExperimentDefinition, bucket: number | null): Assignment {
  const { arms, coverage, ranges } = definition;
  const weights = arms.map(({ weight }) => weight);
  const arm = bucket === null ? undefined : arms[chooseArm(bucket, ranges ?? bucketRanges(arms.length, coverage ?? 1, weights))];
  return arm ? { arm: arm.key, reason: 'assigned', bucket } : without('not_covered', bucket);
}

function amongUnits(definition: ExperimentDefinition, unit: string, attributes: Attributes, options: AssignOptions): Assignment {
  if (unit === '') return without('no_unit');
  const bucket = bucketOf(definition.seed ?? definition.key, unit, definition.hashVersion ?? 2);
  const choices = choicesOf(definition, options.sticky);
  if (hasOldChoice(definition, choices)) return without('old_version', bucket);
  const kept = choices[stickyKey(definition.key, definition.bucketVersion)];
  if (hasArm(definition, kept)) return { arm: kept, reason: 'sticky', bucket };
  const excluded = exclusion(definition, unit, attributes);
  return excluded ? without(excluded, bucket) : byBucket(definition, bucket);
}

/**
 * The arm of a unit: a pure function, the same in browser and server. A forced arm comes first; then the experiment must run and
 * the unit have an id; a sticky choice outlives changes of weights, targeting and namespace; a new unit passes holdout, namespace
 * and targeting and falls into an arm by its bucket.
 */
export function assign(
  definition: ExperimentDefinition,
  unit: string | null | undefined,
  attributes: Attributes = {},
  options: AssignOptions = {},
): Assignment {
  if (options.forced !== undefined) return given(definition, options.forced, 'forced');
  if (definition.status === 'shipped' || definition.status === 'rolled_back') return given(definition, definition.shippedArm, 'shipped');
  if (definition.status !== 'running') return without('not_running');
  if (definition.arms.length < 2) return without('too_few_arms');
  return amongUnits(definition, unit ?? '', attributes, options);
}

/** The same by key, from a document of definitions. */
export function assignFrom(
  definitions: ExperimentDefinitions,
  of: { readonly experiment: string; readonly unit: string | null | undefined },
  attributes: Attributes = {},
  options: AssignOptions = {},
): Assignment {
  const definition = definitions.experiments.find(({ key }) => key === of.experiment);
  return definition ? assign(definition, of.unit, attributes, options) : without('unknown_experiment');
}
