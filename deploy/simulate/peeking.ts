import {
  DEFAULT_TUNING_N,
  estimateEffect,
  randomFrom,
  sequenceP,
  tSurvival,
  type EffectScale,
  type Estimate,
  type MetricType,
  type Random,
} from '@picly/statistics';
import { amount, atLeast, atMost, Tally, type Figure, type Method, type Scenario, type SimulationOptions } from './scenario';

interface Peeking {
  readonly type: MetricType;
  readonly effect: EffectScale;
  readonly looks: number;
  /** Of both arms together, between two looks. */
  readonly unitsPerLook: number;
  readonly draw: (random: Random) => number;
}

/** What `compare` calls significant, without the figures that nobody looks at here. */
export function isSignificant({ effect, se, n, df, reason }: Estimate, method: Method): boolean {
  const z = Math.abs(effect / se);
  if (reason !== null || z < 1.9) return false;
  if (method === 'fixed') return 2 * tSurvival(z, df) < 0.05;
  return sequenceP(z, n[0] + n[1], { alpha: 0.05, tuningN: DEFAULT_TUNING_N, sided: 'two' }) < 0.05;
}

export const METHODS: readonly Method[] = ['always_valid', 'fixed'];

/** Both arms alike; which methods ever call the difference significant at one of the looks. */
function everSignificant(random: Random, { type, effect, looks, unitsPerLook, draw }: Peeking): ReadonlySet<Method> {
  const [control, arm] = [new Tally(), new Tally()];
  const significant = new Set<Method>();
  for (let look = 0; look < looks && significant.size < METHODS.length; look++) {
    for (let unit = 0; unit < unitsPerLook; unit++) (random.bernoulli(0.5) ? control : arm).add(draw(random));
    const estimate = estimateEffect(type, control, arm, { effect, cuped: false });
    for (const method of METHODS) if (isSignificant(estimate, method)) significant.add(method);
  }
  return significant;
}

interface Peeked {
  readonly always: number;
  readonly fixed: number;
}

/** In which share of the runs each method ever calls a difference significant; `once` is one run. */
export function peek(options: SimulationOptions, once: (random: Random) => ReadonlySet<Method>): Peeked {
  const random = randomFrom(options.seed);
  let [always, fixed] = [0, 0];
  for (let run = 0; run < options.runs; run++) {
    const significant = once(random);
    if (significant.has('always_valid')) always += 1;
    if (significant.has('fixed')) fixed += 1;
    options.onRun?.();
  }
  return { always: always / options.runs, fixed: fixed / options.runs };
}

export const figuresOf = (of: string, { always, fixed }: Peeked): Figure[] => [
  atMost(`${of}always-valid ever significant`, always, 0.071),
  atLeast(`${of}fixed test ever significant (the harness sees peeking)`, fixed, 0.15),
];

/** Both arms of one distribution. */
const alike = (options: SimulationOptions, peeking: Peeking): Peeked => peek(options, (random) => everSignificant(random, peeking));

const share = (random: Random): number => (random.bernoulli(0.1) ? 1 : 0);

export const fiftyLooks: Scenario = {
  title: 'A/A, 50 looks',
  runs: 1_000,
  simulate: (options) => [
    ...figuresOf('amounts: ', alike(options, { type: 'mean', effect: 'relative', looks: 50, unitsPerLook: 200, draw: amount })),
    ...figuresOf(
      'shares: ',
      alike({ ...options, seed: options.seed + 1 }, { type: 'proportion', effect: 'absolute', looks: 50, unitsPerLook: 200, draw: share }),
    ),
  ],
};

export const everyEvent: Scenario = {
  title: 'A/A, a look after every event',
  runs: 1_000,
  simulate: (options) =>
    figuresOf('amounts: ', alike(options, { type: 'mean', effect: 'relative', looks: 3_000, unitsPerLook: 1, draw: amount })),
};
