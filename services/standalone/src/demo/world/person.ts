import type { Random } from './random';
import { PLANS, SOURCES, SPREAD, WRONG_CLOCKS, type Plan, type Source } from './truth';

const HOUR_MS = 3_600_000;

const DEVICES = [
  { weight: 5, category: 'desktop', browser: 'Chrome', os: 'Windows', screen: '1920x1080' },
  { weight: 2, category: 'desktop', browser: 'Safari', os: 'macOS', screen: '1512x982' },
  { weight: 1, category: 'desktop', browser: 'Firefox', os: 'Linux', screen: '2560x1440' },
  { weight: 4, category: 'mobile', browser: 'Safari', os: 'iOS', screen: '393x852' },
  { weight: 3, category: 'mobile', browser: 'Chrome', os: 'Android', screen: '412x915' },
  { weight: 1, category: 'tablet', browser: 'Safari', os: 'iPadOS', screen: '820x1180' },
] as const;

export type Device = (typeof DEVICES)[number];

/** A user of the demo world, with the habits that drive everything they do. */
export interface Person {
  readonly id: string;
  readonly source: Source;
  readonly plan: Plan;
  readonly device: Device;
  /** Day of signing up, counted from the start of the world; negative: before it. */
  readonly signUpDay: number;
  /** Chance of a visit on the day of signing up. */
  readonly zeal: number;
  /** Chance of rating a picture that is neither good nor bad. */
  readonly ratingPropensity: number;
  /** Stars given too freely or too sparingly, on the latent scale. */
  readonly leniency: number;
  /** Hour of the day (UTC) around which visits fall. */
  readonly hour: number;
  readonly clockErrorMs: number;
}

/** Half of the people were there before; the others come evenly over the days. */
export function makePerson(index: number, days: number, random: Random): Person {
  const isOld = random.chance(0.5);
  return {
    id: `user-${String(index + 1).padStart(6, '0')}`,
    source: random.weighted(SOURCES, (source) => source.share),
    plan: random.weighted(PLANS, (plan) => plan.share),
    device: random.weighted(DEVICES, (device) => device.weight),
    signUpDay: isOld ? -1 - random.below(60) : random.below(days),
    zeal: random.between(0.35, 0.95),
    ratingPropensity: random.between(0.1, 0.6),
    leniency: random.normal(0, SPREAD.rater),
    hour: 6 + 14 * random.next(),
    clockErrorMs: random.chance(WRONG_CLOCKS) ? Math.round(random.between(-3, 3) * HOUR_MS) : 0,
  };
}

/** Chance of a visit on a day: it decays from the day of signing up to the share that is loyal. */
export function visitChance(person: Person, day: number): number {
  const age = day - person.signUpDay;
  if (age < 0) return 0;
  if (age === 0) return 1;
  const { decayDays, loyal } = person.source;
  return person.zeal * (loyal + (1 - loyal) * Math.exp(-age / decayDays));
}
