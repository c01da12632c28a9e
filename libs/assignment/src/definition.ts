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
  readonly targeting?: Condition;
  readonly holdout?: Holdout;
  /** Raised when units are to be shuffled anew; kept when only weights change. Default 0. */
  readonly bucketVersion?: number;
  /** Units that were assigned under an older version than this take no further part. Default 0. */
  readonly minBucketVersion?: number;
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
