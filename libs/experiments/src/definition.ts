import type { Condition } from '@picly/assignment';
import type { MetricDefinition } from './metrics';

/** The first arm of a definition is the control. */
export interface ArmDefinition {
  readonly key: string;
  /** Share of the people in the experiment, above 0; all sum to 1. */
  readonly weight: number;
}

/** Experiments of one namespace that take disjoint stretches of [0, 1) never share a person. */
export interface NamespaceRange {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** People kept out of every experiment that names the group, to see what all of them do together. */
export interface Holdout {
  readonly group: string;
  /** Share of all people, 0..1. */
  readonly share: number;
}

/** A metric that must not get worse. */
export interface Guardrail {
  readonly metric: string;
  /** Harm that is tolerated, relative to the control: 0.02 allows 2 %. */
  readonly tolerated_harm: number;
}

export type Correction = 'none' | 'holm' | 'benjamini-hochberg';

/** An experiment as it is stored in its events: complete, every default said. Times are hours, shares 0..1. */
export interface ExperimentDefinition {
  readonly hypothesis: string;
  readonly arms: readonly ArmDefinition[];
  /** Share of the people targeted who take part. */
  readonly coverage: number;
  /** Who takes part, by plan, source, engine, device or any trait; null: everybody. */
  readonly targeting: Condition | null;
  readonly namespace: NamespaceRange | null;
  readonly holdout: Holdout | null;
  /** What is randomised and counted. */
  readonly unit: 'user' | 'session';
  readonly seed: string;
  readonly hash_version: 1 | 2;
  /** Every metric that the names below refer to. */
  readonly metrics: readonly MetricDefinition[];
  readonly primary_metric: string;
  readonly secondary_metrics: readonly string[];
  readonly guardrails: readonly Guardrail[];
  /** Units over all arms at which the fixed-horizon figures may be read. */
  readonly planned_sample: number | null;
  /** The relative change worth finding. */
  readonly minimum_effect: number | null;
  /** No verdict names a winner before it has run so long. */
  readonly minimum_hours: number;
  /** How often the rule looks. */
  readonly look_interval_hours: number;
  readonly mode: 'test' | 'bandit';
  /** Least share of an arm in bandit mode. */
  readonly bandit_floor: number | null;
  /** Money in another currency is not counted. */
  readonly currency: string;
  readonly alpha: number;
  /** Over the metrics of the experiment. */
  readonly correction: Correction;
  /** Largest relative loss to be risked by shipping a worse arm. */
  readonly maximum_loss: number;
  /** Whether the rule only advises, or also acts. */
  readonly decide: 'advise' | 'act';
  /** Exposures before this instant do not count; null counts all. RFC 3339. */
  readonly counts_from: string | null;
}
