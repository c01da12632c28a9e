import type { Condition } from './condition';
import type { HashVersion } from './hash';
import type { Namespace } from './namespace';
import type { BucketRange } from './ranges';

export type ExperimentStatus = 'draft' | 'running' | 'paused' | 'stopped' | 'shipped' | 'rolled_back';

export interface ArmDefinition {
  readonly key: string;
  /** Share of the covered units; all weights of an experiment together are 1. */
  readonly weight: number;
}

/** Units kept out of experiments, to see what all experiments together do: the first `share` of the buckets of `seed`. */
export interface Holdout {
  readonly seed: string;
  /** 0..1. */
  readonly share: number;
}

/** Units whose bucket of `seed` lies in one of the ranges. */
export interface Filter {
  readonly seed: string;
  readonly ranges: readonly BucketRange[];
  /** The attribute that is hashed instead of the unit. */
  readonly attribute?: string;
  /** Default 2. */
  readonly hashVersion?: HashVersion;
}

/** Something known by name, such as a feature or the arm of another experiment, whose `value` must fulfil the condition. */
export interface Prerequisite {
  readonly key: string;
  readonly condition: Condition;
}

/** What assignment needs to know of an experiment. */
export interface ExperimentDefinition {
  readonly key: string;
  readonly status: ExperimentStatus;
  /** The first is the control. */
  readonly arms: readonly ArmDefinition[];
  /** Default: the key. Another seed is another shuffle of all units. */
  readonly seed?: string;
  /** Default 2. */
  readonly hashVersion?: HashVersion;
  /** Share of all units that take part, default 1. */
  readonly coverage?: number;
  /** Buckets by arm, instead of weights and coverage. */
  readonly ranges?: readonly BucketRange[];
  readonly namespace?: Namespace;
  /** Every one of them must let the unit in; instead of the namespace. */
  readonly filters?: readonly Filter[];
  readonly prerequisites?: readonly Prerequisite[];
  readonly targeting?: Condition;
  readonly holdout?: Holdout;
  /** Raised when units are to be shuffled anew; kept when only weights change. Default 0. */
  readonly bucketVersion?: number;
  /** Units that were assigned under an older version than this take no further part. Default 0. */
  readonly minBucketVersion?: number;
  /** Units get the arm of their bucket, whatever they had before. */
  readonly withoutSticky?: boolean;
  /** The arm that all covered units see, for a trial; they are not exposed. */
  readonly forcedArm?: string;
  /** The arm everybody gets once the experiment is shipped or rolled back. */
  readonly shippedArm?: string;
}

/**
 * All that a client needs to assign offline. Served with an ETag: a client keeps the document and its tag, asks again with
 * `If-None-Match`, and keeps using what it has on 304 or when nobody answers.
 */
export interface ExperimentDefinitions {
  readonly version: 1;
  readonly experiments: readonly ExperimentDefinition[];
}
