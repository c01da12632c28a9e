import type { MetricDefinition, Timeline } from '@picly/experiments';
import { logBin } from '@picly/statistics';
import { participationOf, type Enrolment } from './enrolment';
import { MICROS, type Fact } from './fact';
import { amountOf, type MeasureContext } from './measure';
import { traceOf, type Step } from './trace';
import { valueBinSteps, type ValueBinStep } from './value-bins';

const HOUR_MS = 3_600_000;

/** Rows that count units and exposures instead of a metric. */
export const UNITS = '';
export const MIXED_UNITS = '#mixed';
export const STRAYS = { unknown_arm: '#unknown_arm', outside: '#outside' } as const;

/** What the steps of one unit count for: one metric of one arm in one phase, in the whole and in each of the unit's segments. */
export interface Place {
  readonly experiment: string;
  readonly phase: number;
  readonly metric: string;
  readonly arm: string;
  /** Dimension and segment. */
  readonly segments: readonly (readonly [string, string])[];
  /** Tells places apart. */
  readonly name: string;
}

export interface Trace {
  readonly place: Place;
  readonly steps: readonly Step[];
}

export interface BinKey {
  readonly experiment: string;
  readonly metric: string;
  readonly arm: string;
  /** Beginning of its hour. */
  readonly bucket: number;
  readonly bin: number;
}

export interface BinStep {
  readonly key: BinKey;
  readonly n: bigint;
}

/** Everything one subject adds to the sums of one experiment. */
export interface Contribution {
  readonly traces: readonly Trace[];
  readonly bins: readonly BinStep[];
  readonly valueBins: readonly ValueBinStep[];
}

const ONE_UNIT: Step['change'] = [1n];
const ONE_LESS: Step['change'] = [-1n];
const NOWHERE: readonly (readonly [string, string])[] = [];

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

function placesFor(experiment: string, enrolment: Enrolment): (metric: string) => Place {
  const { phase, arm } = enrolment;
  const segments = Object.entries(enrolment.segments);
  const prefix = JSON.stringify([experiment, phase, arm, segments]);
  return (metric) => ({ experiment, phase, metric, arm, segments, name: `${prefix}${metric}` });
}

function placeOfNobody(experiment: string, of: { readonly phase: number; readonly metric: string; readonly arm: string }): Place {
  return { experiment, ...of, segments: NOWHERE, name: JSON.stringify([experiment, of.phase, of.arm, of.metric]) };
}

function countUnit(experiment: string, enrolment: Enrolment, units: Place): Trace[] {
  const { arm, phase, from, mixedAt } = enrolment;
  if (mixedAt === Number.POSITIVE_INFINITY) return [{ place: units, steps: [{ at: from, change: ONE_UNIT }] }];
  const mixed = placeOfNobody(experiment, { phase, metric: MIXED_UNITS, arm });
  return [
    {
      place: units,
      steps: [
        { at: from, change: ONE_UNIT },
        { at: mixedAt, change: ONE_LESS },
      ],
    },
    { place: mixed, steps: [{ at: mixedAt, change: ONE_UNIT }] },
  ];
}

interface Unit {
  readonly enrolment: Enrolment;
  readonly facts: readonly Fact[];
  readonly context: MeasureContext;
}

/** Single events in bins; those of a unit that is seen in another arm later leave again. */
function countBins(metric: MetricDefinition, { enrolment, facts, context }: Unit): BinStep[] {
  const windowEnd = metric.window_hours === null ? Number.POSITIVE_INFINITY : enrolment.from + metric.window_hours * HOUR_MS;
  const to = Math.min(enrolment.until, windowEnd);
  return facts.flatMap((fact) => {
    if (fact.at < enrolment.from || fact.at >= to) return [];
    const amount = amountOf(fact, metric.of, context);
    if (amount === null) return [];
    const place = { experiment: context.experiment, metric: metric.key, arm: enrolment.arm, bin: logBin(Number(amount) / MICROS) };
    const enters = { key: { ...place, bucket: hourOf(fact.at) }, n: 1n };
    if (enrolment.mixedAt === Number.POSITIVE_INFINITY) return [enters];
    return [enters, { key: { ...place, bucket: hourOf(enrolment.mixedAt) }, n: -1n }];
  });
}

/**
 * Everything one subject adds to the sums of one experiment: a function of its facts (in the order of time) and the definition,
 * of nothing else. What changes is counted by the difference of two.
 */
export function contributionOf(timeline: Timeline, facts: readonly Fact[], firstSeen: number): Contribution {
  const { experiment, definition } = timeline;
  const { enrolment, strays } = participationOf(timeline, facts, firstSeen);
  const traces: Trace[] = strays.map(({ why, at }) => ({
    place: placeOfNobody(experiment, { phase: 0, metric: STRAYS[why], arm: '' }),
    steps: [{ at, change: ONE_UNIT }],
  }));
  if (!enrolment) return { traces, bins: [], valueBins: [] };
  const placeOf = placesFor(experiment, enrolment);
  traces.push(...countUnit(experiment, enrolment, placeOf(UNITS)));
  const bins: BinStep[] = [];
  const valueBins: ValueBinStep[] = [];
  for (const metric of definition.metrics) {
    const context = { experiment, conversion: metric.conversion, currency: definition.currency };
    const steps = traceOf(metric, enrolment, facts, context);
    traces.push({ place: placeOf(metric.key), steps });
    const { phase, arm } = enrolment;
    if (metric.cap_quantile !== null) valueBins.push(...valueBinSteps(steps, { experiment, phase, metric: metric.key, arm }));
    if (metric.type === 'quantile') bins.push(...countBins(metric, { enrolment, facts, context }));
  }
  return { traces, bins, valueBins };
}
