import { isAveraged, type MetricDefinition } from '@picly/experiments';
import type { Enrolment } from './enrolment';
import type { Fact } from './fact';
import { Accumulator, type MeasureContext } from './measure';

/** `n` and the sums of `STAT_SUMS`, in their order; those left out at the end are 0. */
export type Vector = readonly bigint[];

/** How the sums change at a moment; milliseconds since the epoch. */
export interface Step {
  readonly at: number;
  readonly change: Vector;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ONE = 1_000_000n;

/** A unit's amounts: numerator and denominator, in the experiment and before it. */
interface Amounts {
  readonly x: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
}

function vectorOf({ x, d, p, q }: Amounts): Vector {
  if (d === 0n && p === 0n && q === 0n) return [1n, x, x * x];
  return [1n, x, x * x, d, d * d, x * d, p, p * p, x * p, q, q * q, p * q, x * q, d * p, d * q];
}

/** What a unit that is not in the sample counts for. */
const NOBODY: Vector = [0n];

export function difference(after: Vector, before: Vector): Vector {
  const longer = after.length >= before.length ? after : before;
  return longer.map((_, index) => (after[index] ?? 0n) - (before[index] ?? 0n));
}

export function added(total: Vector, change: Vector): Vector {
  const longer = total.length >= change.length ? total : change;
  return longer.map((_, index) => (total[index] ?? 0n) + (change[index] ?? 0n));
}

/** The value of a metric for one unit, growing fact by fact. */
class UnitValue {
  private readonly over: Accumulator;
  private readonly under: Accumulator | undefined;

  constructor(
    private readonly metric: MetricDefinition,
    context: MeasureContext,
  ) {
    this.over = new Accumulator(metric.of, context);
    this.under = metric.per === null ? undefined : new Accumulator(metric.per, context);
  }

  add(fact: Fact): boolean {
    const changed = this.over.add(fact);
    return this.under?.add(fact) === true || changed;
  }

  /** Averages and quantiles of nothing are in no sample; totals of nothing are 0. */
  get isInSample(): boolean {
    const { type, of } = this.metric;
    return (type === 'mean' && isAveraged(of)) || type === 'quantile' ? this.over.facts > 0n : true;
  }

  get numerator(): bigint {
    switch (this.metric.type) {
      case 'proportion':
      case 'retention':
        return this.over.facts > 0n ? ONE : 0n;
      case 'mean':
        return this.capped(this.over.value);
      case 'ratio':
      case 'quantile':
        return this.capped(this.over.sum);
    }
  }

  get denominator(): bigint {
    return this.under?.sum ?? 0n;
  }

  private capped(value: bigint): bigint {
    if (this.metric.cap === null) return value;
    const cap = BigInt(Math.round(this.metric.cap * Number(ONE)));
    return value > cap ? cap : value;
  }
}

/** What the unit did before it was exposed, which nothing of the experiment can have changed. */
function historyOf(metric: MetricDefinition, context: MeasureContext, facts: readonly Fact[], from: number): Pick<Amounts, 'p' | 'q'> {
  if (metric.pre_period_hours === 0) return { p: 0n, q: 0n };
  const start = from - metric.pre_period_hours * HOUR_MS;
  const value = new UnitValue(metric, context);
  for (const fact of facts) if (fact.at >= start && fact.at < from) value.add(fact);
  return { p: value.numerator, q: value.denominator };
}

/** Where facts begin and end to count. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

function stretchOf({ window_hours: hours }: MetricDefinition, { from, until }: Enrolment): Stretch {
  return { from, to: Math.min(until, hours === null ? Number.POSITIVE_INFINITY : from + hours * HOUR_MS) };
}

/** Leaves with all it counted for, when it was seen in another arm. */
function leaving(steps: Step[], total: Vector, { mixedAt }: Enrolment): Step[] {
  if (mixedAt !== Number.POSITIVE_INFINITY && total[0] !== 0n) steps.push({ at: mixedAt, change: difference(NOBODY, total) });
  return steps;
}

/** Retention is known once the day is over: then the unit enters, retained or not. */
function retentionSteps(metric: MetricDefinition, enrolment: Enrolment, facts: readonly Fact[], context: MeasureContext): Step[] {
  const start = enrolment.from + (metric.day ?? 0) * DAY_MS;
  const end = start + DAY_MS;
  if (end > enrolment.until) return [];
  const value = new UnitValue(metric, context);
  for (const fact of facts) if (fact.at >= start && fact.at < end) value.add(fact);
  const change = vectorOf({ x: value.numerator, d: 0n, p: 0n, q: 0n });
  // In the first hour that begins when the day is over: whoever reads up to an hour sees finished days alone.
  return leaving([{ at: Math.ceil(end / HOUR_MS) * HOUR_MS, change }], change, enrolment);
}

/** How one unit changes the sums of one metric over time. `facts` are in the order of time. */
export function traceOf(metric: MetricDefinition, enrolment: Enrolment, facts: readonly Fact[], context: MeasureContext): Step[] {
  if (metric.type === 'retention') return retentionSteps(metric, enrolment, facts, context);
  const history = historyOf(metric, context, facts, enrolment.from);
  const { from, to } = stretchOf(metric, enrolment);
  const value = new UnitValue(metric, context);
  const steps: Step[] = [];
  let total = NOBODY;
  const note = (at: number): void => {
    const after = value.isInSample ? vectorOf({ x: value.numerator, d: value.denominator, ...history }) : NOBODY;
    const change = difference(after, total);
    if (change.some((each) => each !== 0n)) steps.push({ at, change });
    total = after;
  };
  note(from);
  for (const fact of facts) if (fact.at >= from && fact.at < to && value.add(fact)) note(fact.at);
  return leaving(steps, total, enrolment);
}
