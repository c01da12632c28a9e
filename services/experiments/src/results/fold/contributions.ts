import type { MetricDefinition, Timeline } from '@picly/experiments';
import { logBin } from '@picly/statistics';
import { participationOf, type Enrolment } from './enrolment';
import { MICROS, type Fact } from './fact';
import { amountOf, type MeasureContext } from './measure';
import { traceOf, type Vector } from './trace';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Rows that count units and exposures instead of a metric. */
export const UNITS = '';
export const MIXED_UNITS = '#mixed';
export const STRAYS = { unknown_arm: '#unknown_arm', outside: '#outside' } as const;

/** A row of the sums. `bucket` is the beginning of its hour (of the whole) or of its day (of a segment). */
export interface StatKey {
  readonly experiment: string;
  readonly phase: number;
  readonly metric: string;
  readonly arm: string;
  readonly dimension: string;
  readonly segment: string;
  readonly bucket: number;
}

export interface BinKey {
  readonly experiment: string;
  readonly metric: string;
  readonly arm: string;
  readonly bucket: number;
  readonly bin: number;
}

/** Takes what a unit adds to the sums. */
export interface Tally {
  add(key: StatKey, change: Vector): void;
  addBin(key: BinKey, n: bigint): void;
}

const ONE_UNIT: Vector = [1n];

/** Where the steps of one unit are counted: in the whole by the hour, in each segment by the day. */
function spread(
  tally: Tally,
  place: Omit<StatKey, 'dimension' | 'segment' | 'bucket'>,
  enrolment: Enrolment,
): (at: number, change: Vector) => void {
  const segments = Object.entries(enrolment.segments);
  return (at, change) => {
    tally.add({ ...place, dimension: '', segment: '', bucket: Math.floor(at / HOUR_MS) * HOUR_MS }, change);
    const bucket = Math.floor(at / DAY_MS) * DAY_MS;
    for (const [dimension, segment] of segments) tally.add({ ...place, dimension, segment, bucket }, change);
  };
}

function countUnit(tally: Tally, experiment: string, enrolment: Enrolment): void {
  const { arm, phase, from, mixedAt } = enrolment;
  const put = spread(tally, { experiment, phase, arm, metric: UNITS }, enrolment);
  put(from, ONE_UNIT);
  if (mixedAt === Number.POSITIVE_INFINITY) return;
  put(mixedAt, [-1n]);
  const bucket = Math.floor(mixedAt / HOUR_MS) * HOUR_MS;
  tally.add({ experiment, phase, metric: MIXED_UNITS, arm, dimension: '', segment: '', bucket }, ONE_UNIT);
}

/** Single events in bins; those of a unit that is seen in another arm later leave again. */
function countBins(tally: Tally, metric: MetricDefinition, unit: Unit): void {
  const { enrolment, facts, context } = unit;
  const windowEnd = metric.window_hours === null ? Number.POSITIVE_INFINITY : enrolment.from + metric.window_hours * HOUR_MS;
  const to = Math.min(enrolment.until, windowEnd);
  for (const fact of facts) {
    if (fact.at < enrolment.from || fact.at >= to) continue;
    const amount = amountOf(fact, metric.of, context);
    if (amount === null) continue;
    const place = { experiment: context.experiment, metric: metric.key, arm: enrolment.arm, bin: logBin(Number(amount) / MICROS) };
    tally.addBin({ ...place, bucket: Math.floor(fact.at / HOUR_MS) * HOUR_MS }, 1n);
    if (enrolment.mixedAt !== Number.POSITIVE_INFINITY) {
      tally.addBin({ ...place, bucket: Math.floor(enrolment.mixedAt / HOUR_MS) * HOUR_MS }, -1n);
    }
  }
}

interface Unit {
  readonly enrolment: Enrolment;
  readonly facts: readonly Fact[];
  readonly context: MeasureContext;
}

/**
 * Everything one subject adds to the sums of one experiment: a function of its facts (in the order of time) and the definition,
 * of nothing else. What changes is counted by the difference of two calls.
 */
export function contribute(tally: Tally, timeline: Timeline, facts: readonly Fact[], firstSeen: number): void {
  const { experiment, definition } = timeline;
  const { enrolment, strays } = participationOf(timeline, facts, firstSeen);
  for (const { why, at } of strays) {
    const bucket = Math.floor(at / HOUR_MS) * HOUR_MS;
    tally.add({ experiment, phase: 0, metric: STRAYS[why], arm: '', dimension: '', segment: '', bucket }, ONE_UNIT);
  }
  if (!enrolment) return;
  countUnit(tally, experiment, enrolment);
  for (const metric of definition.metrics) {
    const context = { experiment, conversion: metric.conversion, currency: definition.currency };
    const put = spread(tally, { experiment, phase: enrolment.phase, arm: enrolment.arm, metric: metric.key }, enrolment);
    for (const { at, change } of traceOf(metric, enrolment, facts, context)) put(at, change);
    if (metric.type === 'quantile') countBins(tally, metric, { enrolment, facts, context });
  }
}
