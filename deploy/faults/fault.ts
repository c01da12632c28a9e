import type { System } from './system';

/** What a fault may use. */
export interface FaultContext {
  readonly system: System;
  /** 0..1, from the seed of the round. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /**
   * Makes it happen while events flow, and puts right what would not come back by itself. Answers how often it really happened:
   * a fault that missed proves nothing.
   */
  readonly inject: (context: FaultContext) => Promise<number>;
}

/** One of the two processes. */
export function victimOf({ system, random }: FaultContext) {
  return system.instances[random() < 0.5 ? 0 : 1];
}
