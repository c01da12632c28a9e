import type { Random } from '@picly/statistics';

export interface SimulationOptions {
  readonly seed: number;
  /** Experiments simulated. */
  readonly runs: number;
  /** Called after every run. */
  readonly onRun?: () => void;
}

/** One promise, and whether the simulation kept it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly promise: string;
  readonly kept: boolean;
}

export interface Scenario {
  readonly title: string;
  /** Runs at full size. */
  readonly runs: number;
  readonly simulate: (options: SimulationOptions) => readonly Figure[];
}

export const atMost = (name: string, value: number, limit: number): Figure => ({
  name,
  value,
  promise: `<= ${limit}`,
  kept: value <= limit,
});
export const atLeast = (name: string, value: number, limit: number): Figure => ({
  name,
  value,
  promise: `>= ${limit}`,
  kept: value >= limit,
});
export const within = (name: string, value: number, about: { readonly of: number; readonly by: number }): Figure => ({
  name,
  value,
  promise: `${about.of.toFixed(3)} +- ${about.by.toFixed(3)}`,
  kept: Math.abs(value - about.of) <= about.by,
});

/** The tests that peeking is tried on. */
export type Method = 'always_valid' | 'fixed';

/** Running sums of one arm of a mean or a share. */
export class Tally {
  n = 0;
  sum = 0;
  sumSquares = 0;

  add(value: number): void {
    this.n += 1;
    this.sum += value;
    this.sumSquares += value * value;
  }
}

/** How often something is true in so many runs. */
export function shareOf(options: SimulationOptions, isTrue: (run: number) => boolean): number {
  let times = 0;
  for (let run = 0; run < options.runs; run++) {
    if (isTrue(run)) times += 1;
    options.onRun?.();
  }
  return times / options.runs;
}

/** Skewed as amounts are: lognormal, mean 1, variance e^.25 - 1. */
export const amount = (random: Random): number => Math.exp(0.5 * random.normal() - 0.125);
