import { normalQuantile } from './normal';

/** A stream of random numbers that its seed decides: the same on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly bernoulli: (share: number) => boolean;
  /** How many of n succeed. */
  readonly binomial: (n: number, share: number) => number;
  /** A whole number below n. */
  readonly below: (n: number) => number;
  /** The index of one of the weights, as often as its weight says. */
  readonly choice: (weights: readonly number[]) => number;
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** splitmix32: turns one number into a well-mixed state. */
function splitmix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

/** xoshiro128** (Blackman & Vigna, ACM TOMS 47, 2021). */
function xoshiro(seed: number): () => number {
  const next = splitmix(seed);
  let [a, b, c, d] = [next(), next(), next(), next()];
  return () => {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11);
    return result >>> 0;
  };
}

function binomialOf(uniform: () => number, n: number, share: number): number {
  let successes = 0;
  for (let trial = 0; trial < n; trial++) if (uniform() < share) successes++;
  return successes;
}

function choiceOf(uniform: () => number, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = uniform() * total;
  const chosen = weights.findIndex((weight) => (left -= weight) < 0);
  return chosen < 0 ? weights.length - 1 : chosen;
}

export function randomFrom(seed: number): Random {
  const bits = xoshiro(seed);
  const uniform = (): number => ((bits() >>> 5) * 67_108_864 + (bits() >>> 6)) / 9_007_199_254_740_992;
  return {
    uniform,
    normal: () => normalQuantile(uniform() + 5e-17),
    bernoulli: (share) => uniform() < share,
    binomial: (n, share) => binomialOf(uniform, n, share),
    below: (n) => Math.floor(uniform() * n),
    choice: (weights) => choiceOf(uniform, weights),
  };
}
