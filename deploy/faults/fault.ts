import type { LogPosition } from '@picly/event-log';
import type { Effects, ViewContents } from './history';
import type { LogKind, System } from './system';

/** What a fault may use. */
export interface FaultContext {
  readonly system: System;
  readonly seed: number;
  /** 0..1, from the seed of the round. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Where the partitions ended before the round. */
  readonly since: readonly LogPosition[];
  /** Notes that a promise was broken, beside those that every round is asked about. */
  readonly broken: (what: string) => void;
  /** What the fault itself has sent must show in the figures. */
  readonly expect: (effects: Effects) => void;
  /** An event behind a hole in the log, which no view may fold. */
  readonly forsake: (id: string) => void;
  /** Asked when all has settled: answers what is broken. */
  readonly later: (check: (views: readonly ViewContents[]) => readonly string[]) => void;
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Where it can happen, when not everywhere. */
  readonly logs?: readonly LogKind[];
  /** Why it cannot be had on this machine; `undefined` when it can. */
  readonly missing?: () => Promise<string | undefined>;
  /** After it a system is of no more use: some partitions stand still for good. */
  readonly isFinal?: boolean;
  /**
   * Makes it happen while events flow, and puts right what would not come back by itself. Answers how often it really happened:
   * a fault that missed proves nothing.
   */
  readonly inject: (context: FaultContext) => Promise<number>;
}

/** One of the two processes. */
export function victimOf({ system, random }: Pick<FaultContext, 'system' | 'random'>) {
  return system.instances[random() < 0.5 ? 0 : 1];
}

/** All processes die at once, and are started again. */
export async function killAllOf(system: System): Promise<void> {
  for (const instance of system.instances) instance.signal('SIGKILL');
  for (const instance of system.instances) await instance.gone();
  for (const instance of system.instances) await instance.start();
}
