import { attribute, matches, type Attributes, type Groups } from './condition';
import type { ExperimentDefinition, ExperimentDefinitions, Filter } from './definition';
import { bucketOf } from './hash';
import { isInNamespace } from './namespace';
import { bucketRanges, chooseArm, isInRange } from './ranges';

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
  | 'disabled'
  | 'trial'
  | 'no_unit'
  | 'old_version'
  | 'held_out'
  | 'outside_namespace'
  | 'filtered_out'
  | 'not_targeted'
  | 'prerequisite_missing'
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
  /** False: nobody is in any experiment. */
  readonly enabled?: boolean;
  /** Only forced arms are given, so that whoever tries things out is not counted. */
  readonly trial?: boolean;
  /** What prerequisites ask for, by key. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What `in_group` asks for. */
  readonly groups?: Groups;
}

interface Asked {
  readonly unit: string;
  readonly attributes: Attributes;
  readonly options: AssignOptions;
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

function passes({ seed, ranges, attribute: name, hashVersion = 2 }: Filter, { unit, attributes }: Asked): boolean {
  const value = name === undefined ? unit : attribute(attributes, name);
  const hashed = typeof value === 'number' ? String(value) : value;
  const bucket = typeof hashed === 'string' && hashed !== '' ? bucketOf(seed, hashed, hashVersion) : null;
  return bucket !== null && ranges.some((range) => isInRange(bucket, range));
}

/** Filters take the place of a namespace. */
function placeExclusion({ namespace, filters }: ExperimentDefinition, asked: Asked): AssignmentReason | undefined {
  if (filters) return filters.every((filter) => passes(filter, asked)) ? undefined : 'filtered_out';
  return namespace && !isInNamespace(asked.unit, namespace) ? 'outside_namespace' : undefined;
}

function exclusion(definition: ExperimentDefinition, asked: Asked): AssignmentReason | undefined {
  const { holdout, targeting, prerequisites = [] } = definition;
  const { unit, attributes, options } = asked;
  if (holdout && (bucketOf(holdout.seed, unit, 2) ?? 1) < holdout.share) return 'held_out';
  const place = placeExclusion(definition, asked);
  if (place) return place;
  if (targeting !== undefined && !matches(targeting, attributes, options.groups)) return 'not_targeted';
  const isMissing = prerequisites.some(
    ({ key, condition }) => !matches(condition, { value: options.values?.[key] ?? null }, options.groups),
  );
  return isMissing ? 'prerequisite_missing' : undefined;
}

function byBucket(definition: ExperimentDefinition, bucket: number | null): Assignment {
  const { arms, coverage, ranges } = definition;
  const weights = arms.map(({ weight }) => weight);
  const arm = bucket === null ? undefined : arms[chooseArm(bucket, ranges ?? bucketRanges(arms.length, coverage ?? 1, weights))];
  return arm ? { arm: arm.key, reason: 'assigned', bucket } : without('not_covered', bucket);
}

/** What a unit that falls into an arm really gets. */
function shown(definition: ExperimentDefinition, found: Assignment, { trial }: AssignOptions): Assignment {
  if (found.arm === null) return found;
  if (definition.forcedArm !== undefined) return given(definition, definition.forcedArm, 'forced');
  return trial === true && found.reason === 'assigned' ? without('trial', found.bucket) : found;
}

function amongUnits(definition: ExperimentDefinition, asked: Asked): Assignment {
  const { unit, options } = asked;
  if (unit === '') return without('no_unit');
  const bucket = bucketOf(definition.seed ?? definition.key, unit, definition.hashVersion ?? 2);
  const choices = definition.withoutSticky === true ? {} : choicesOf(definition, options.sticky);
  if (hasOldChoice(definition, choices)) return without('old_version', bucket);
  const kept = choices[stickyKey(definition.key, definition.bucketVersion)];
  if (hasArm(definition, kept)) return shown(definition, { arm: kept, reason: 'sticky', bucket }, options);
  const excluded = exclusion(definition, asked);
  return excluded ? without(excluded, bucket) : shown(definition, byBucket(definition, bucket), options);
}

/**
 * The arm of a unit: a pure function, the same in browser and server. A forced arm comes first; then the experiment must run and
 * the unit have an id; a sticky choice outlives changes of weights, targeting and namespace; a new unit passes holdout, filters or
 * namespace, targeting and prerequisites, and falls into an arm by its bucket.
 */
export function assign(
  definition: ExperimentDefinition,
  unit: string | null | undefined,
  attributes: Attributes = {},
  options: AssignOptions = {},
): Assignment {
  if (options.enabled === false) return without('disabled');
  if (options.forced !== undefined) return given(definition, options.forced, 'forced');
  if (definition.status === 'shipped' || definition.status === 'rolled_back') return given(definition, definition.shippedArm, 'shipped');
  if (definition.status !== 'running') return without('not_running');
  if (definition.arms.length < 2) return without('too_few_arms');
  return amongUnits(definition, { unit: unit ?? '', attributes, options });
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
