import { isAveraged, type Measure, type MetricDefinition } from '@picly/experiments';
import type { Fact, FactKind } from './fact';

const ONE = 1_000_000n;
const FOUR_STARS = 4n * ONE;
const ACTIONS: Readonly<Partial<Record<Measure, string>>> = {
  downloads: 'download',
  shares: 'share',
  edits: 'edit',
  regenerations: 'regenerate',
  uses: 'use',
};
const ACTIVE: ReadonlySet<FactKind> = new Set<FactKind>(['conversion', 'rating', 'action', 'generation', 'behavior']);

/** What decides whether a fact counts for a measure. */
export interface MeasureContext {
  readonly experiment: string;
  readonly conversion: string | null;
  readonly currency: string;
}

function ofConversion(fact: Fact, measure: Measure, { experiment, conversion }: MeasureContext): bigint | null {
  if (fact.kind !== 'conversion' || fact.name !== conversion) return null;
  if (fact.experiment !== null && fact.experiment !== experiment) return null;
  return measure === 'value' ? fact.a : ONE;
}

function ofRating(fact: Fact, measure: Measure): bigint | null {
  if (fact.kind !== 'rating' || fact.a === null) return null;
  if (measure === 'rating') return fact.a;
  if (measure === 'quality') return fact.b;
  return measure === 'ratings' || fact.a >= FOUR_STARS ? ONE : null;
}

function ofMoney(fact: Fact, measure: Measure, { currency }: MeasureContext): bigint | null {
  if (fact.kind !== 'generation' || fact.currency !== currency || fact.b === null || fact.c === null) return null;
  if (measure === 'margin') return fact.c - fact.b;
  return measure === 'cost' ? fact.b : fact.c;
}

function ofGeneration(fact: Fact, measure: Measure): bigint | null {
  if (fact.kind !== 'generation') return null;
  if (measure === 'response_time') return fact.a;
  if (measure === 'successes') return fact.ok === true ? ONE : null;
  if (measure === 'failures') return fact.ok === true ? null : ONE;
  return ONE;
}

type AmountOf = (fact: Fact, measure: Measure, context: MeasureContext) => bigint | null;

const ofAction: AmountOf = (fact, measure) => (fact.kind === 'action' && fact.name === ACTIONS[measure] ? ONE : null);

const AMOUNTS: Readonly<Record<Measure, AmountOf>> = {
  conversions: ofConversion,
  value: ofConversion,
  ratings: ofRating,
  high_ratings: ofRating,
  rating: ofRating,
  quality: ofRating,
  generations: ofGeneration,
  successes: ofGeneration,
  failures: ofGeneration,
  response_time: ofGeneration,
  cost: ofMoney,
  revenue: ofMoney,
  margin: ofMoney,
  downloads: ofAction,
  shares: ofAction,
  edits: ofAction,
  regenerations: ofAction,
  uses: ofAction,
  activity: (fact) => (ACTIVE.has(fact.kind) ? ONE : null),
};

/** What a fact adds to a measure, in millionths; null when it is none of its facts. */
export const amountOf: AmountOf = (fact, measure, context) => AMOUNTS[measure](fact, measure, context);

const KINDS: readonly { readonly kind: FactKind; readonly measures: readonly Measure[] }[] = [
  { kind: 'conversion', measures: ['conversions', 'value', 'activity'] },
  { kind: 'rating', measures: ['ratings', 'high_ratings', 'rating', 'quality', 'activity'] },
  { kind: 'action', measures: ['downloads', 'shares', 'edits', 'regenerations', 'uses', 'activity'] },
  { kind: 'behavior', measures: ['activity'] },
];

/** The kinds of facts that metrics are made of; exposures, profiles and generations tell segments too. */
export function kindsFor(metrics: readonly MetricDefinition[]): readonly FactKind[] {
  const measures = new Set(metrics.flatMap(({ of, per }) => (per === null ? [of] : [of, per])));
  const needed = KINDS.filter((each) => each.measures.some((measure) => measures.has(measure))).map(({ kind }) => kind);
  return ['exposure', 'profile', 'generation', ...needed];
}

/** The running amount of a measure over a unit's facts. A unit that rates a picture again has rated it once, by its last word. */
export class Accumulator {
  private total = 0n;
  private count = 0n;
  private readonly rated = new Map<string, bigint | null>();

  constructor(
    private readonly measure: Measure,
    private readonly context: MeasureContext,
  ) {}

  /** Whether the fact changed anything. */
  add(fact: Fact): boolean {
    const amount = amountOf(fact, this.measure, this.context);
    if (fact.kind === 'rating' && fact.ref !== null && this.measure !== 'activity') return this.replace(fact.ref, amount);
    if (amount === null) return false;
    this.count += 1n;
    this.total += amount;
    return true;
  }

  /** How many facts were counted. */
  get facts(): bigint {
    return this.count;
  }

  /** The unit's amount: the average of its facts where the measure is averaged, else their total. Rounded to a millionth. */
  get value(): bigint {
    if (!isAveraged(this.measure)) return this.total;
    return this.count === 0n ? 0n : (2n * this.total + this.count) / (2n * this.count);
  }

  /** Total of the facts, averaged or not: what ratios are of. */
  get sum(): bigint {
    return this.total;
  }

  private replace(ref: string, amount: bigint | null): boolean {
    const before = this.rated.get(ref) ?? null;
    this.rated.set(ref, amount);
    if (before === amount) return false;
    this.count += BigInt(amount !== null) - BigInt(before !== null);
    this.total += (amount ?? 0n) - (before ?? 0n);
    return true;
  }
}
