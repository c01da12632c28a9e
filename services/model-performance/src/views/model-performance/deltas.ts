import { logBin } from '@picly/statistics';
import type { CallFacts, Ratings } from './call-facts';
import { ExactSum } from './exact-sum';
import { SQUARE_UNITS } from './model-sums';

const SLOT_MS = 15 * 60_000;

/** The units of time a call counts in. */
interface Times {
  /** Time zones differ by whole quarters of an hour, so sums of these make days of any zone. */
  readonly slot: string;
  readonly day: string;
  readonly month: string;
}

function timesOf(slotNumber: number): Times {
  const slot = new Date(slotNumber * SLOT_MS).toISOString();
  return { slot, day: slot.slice(0, 10), month: `${slot.slice(0, 7)}-01` };
}

/** Change of the sums of one time, engine, version and currency. */
interface Totals {
  calls: number;
  successes: number;
  failures: number;
  costMicros: bigint;
  revenueMicros: bigint;
  /** Ratings of one to five stars. */
  readonly stars: [number, number, number, number, number];
  readonly qualitySum: ExactSum;
  /** Of the scores, in millionths of a squared point: exact for scores of up to three decimals. */
  qualitySquares: number;
  qualityCount: number;
  ratedCalls: number;
  ratedCostMicros: bigint;
  wellRatedCalls: number;
}

const zero = (): Totals => ({
  calls: 0,
  successes: 0,
  failures: 0,
  costMicros: 0n,
  revenueMicros: 0n,
  stars: [0, 0, 0, 0, 0],
  qualitySum: new ExactSum(),
  qualitySquares: 0,
  qualityCount: 0,
  ratedCalls: 0,
  ratedCostMicros: 0n,
  wellRatedCalls: 0,
});

function addRatings(totals: Totals, call: CallFacts, ratings: Ratings, sign: 1 | -1): void {
  let stars = 0;
  for (const { rating, quality } of ratings.values()) {
    stars += rating;
    totals.stars[(rating - 1) as 0 | 1 | 2 | 3 | 4] += sign;
    if (quality === null) continue;
    totals.qualitySum.add(quality, sign);
    totals.qualitySquares += sign * Math.round(Number(quality) ** 2 * SQUARE_UNITS);
    totals.qualityCount += sign;
  }
  if (ratings.size === 0) return;
  totals.ratedCalls += sign;
  totals.ratedCostMicros += BigInt(sign * call.costMicros);
  if (stars >= 4 * ratings.size) totals.wellRatedCalls += sign;
}

function addCall(totals: Totals, call: CallFacts, sign: 1 | -1): void {
  totals.calls += sign;
  totals.successes += call.success ? sign : 0;
  totals.failures += call.success ? 0 : sign;
  totals.costMicros += BigInt(sign * call.costMicros);
  totals.revenueMicros += BigInt(sign * call.revenueMicros);
}

const isZero = (t: Totals): boolean =>
  [t.calls, t.successes, t.qualitySquares, t.qualityCount, t.ratedCalls, t.wellRatedCalls, ...t.stars].every((n) => n === 0) &&
  t.costMicros === 0n &&
  t.revenueMicros === 0n &&
  t.ratedCostMicros === 0n &&
  t.qualitySum.isZero();

const totalsRow = (t: Totals): Record<string, unknown> => ({
  calls: t.calls,
  successes: t.successes,
  failures: t.failures,
  cost_micros: t.costMicros.toString(),
  revenue_micros: t.revenueMicros.toString(),
  r1: t.stars[0],
  r2: t.stars[1],
  r3: t.stars[2],
  r4: t.stars[3],
  r5: t.stars[4],
  quality_sum: t.qualitySum.toString(),
  quality_squares: t.qualitySquares,
  quality_count: t.qualityCount,
  rated_calls: t.ratedCalls,
  rated_cost_micros: t.ratedCostMicros.toString(),
  well_rated_calls: t.wellRatedCalls,
});

/** Rows to be added to a table, and whether any of them may have come down to nothing. */
export interface Change {
  readonly rows: readonly Record<string, unknown>[];
  readonly shrinks: boolean;
}

/** Sums by key, where a key is a row of column values. */
class Grouped<T> {
  private readonly groups = new Map<string, { readonly key: Record<string, unknown>; readonly value: T }>();

  constructor(
    private readonly columns: readonly string[],
    private readonly empty: () => T,
  ) {}

  at(...key: readonly (string | number)[]): T {
    const name = key.join('\0');
    let group = this.groups.get(name);
    if (!group) {
      group = { key: Object.fromEntries(this.columns.map((column, i) => [column, key[i]])), value: this.empty() };
      this.groups.set(name, group);
    }
    return group.value;
  }

  change(isNothing: (value: T) => boolean, row: (value: T) => Record<string, unknown>, shrinks: (value: T) => boolean): Change {
    const changed = [...this.groups.values()].filter(({ value }) => !isNothing(value));
    return { rows: changed.map(({ key, value }) => ({ ...key, ...row(value) })), shrinks: changed.some(({ value }) => shrinks(value)) };
  }
}

interface Count {
  n: number;
}

const ENGINE = ['engine', 'model_version'] as const;
const sums = (time: string): Grouped<Totals> => new Grouped<Totals>([time, ...ENGINE, 'currency'], zero);
const counts = (time: string, what: string): Grouped<Count> => new Grouped<Count>([time, ...ENGINE, what], () => ({ n: 0 }));
const totalsChange = (group: Grouped<Totals>): Change => group.change(isZero, totalsRow, (t) => t.calls < 0);
const countChange = (group: Grouped<Count>): Change =>
  group.change(
    ({ n }) => n === 0,
    ({ n }) => ({ n }),
    ({ n }) => n < 0,
  );

/** What a batch changes in the sums: what each touched call was before is taken away, what it is now is added. */
export class Deltas {
  private readonly days = sums('day');
  private readonly slots = sums('slot');
  private readonly dayCauses = counts('day', 'cause');
  private readonly slotCauses = counts('slot', 'cause');
  private readonly durations = counts('day', 'bin');
  private readonly monthDurations = counts('month', 'bin');

  private readonly times = new Map<number, Times>();

  add(call: CallFacts, ratings: Ratings, sign: 1 | -1): void {
    const { slot, day, month } = this.timesAt(call.at);
    const { engine, modelVersion, currency, failureCause } = call;
    for (const totals of [this.days.at(day, engine, modelVersion, currency), this.slots.at(slot, engine, modelVersion, currency)]) {
      addCall(totals, call, sign);
      addRatings(totals, call, ratings, sign);
    }
    const bin = logBin(call.responseTimeMs);
    this.durations.at(day, engine, modelVersion, bin).n += sign;
    this.monthDurations.at(month, engine, modelVersion, bin).n += sign;
    if (failureCause === null) return;
    this.dayCauses.at(day, engine, modelVersion, failureCause).n += sign;
    this.slotCauses.at(slot, engine, modelVersion, failureCause).n += sign;
  }

  private timesAt(at: number): Times {
    const slotNumber = Math.floor(at / SLOT_MS);
    let times = this.times.get(slotNumber);
    if (!times) this.times.set(slotNumber, (times = timesOf(slotNumber)));
    return times;
  }

  changes(): Readonly<Record<'days' | 'slots' | 'dayCauses' | 'slotCauses' | 'durations' | 'monthDurations', Change>> {
    return {
      days: totalsChange(this.days),
      slots: totalsChange(this.slots),
      dayCauses: countChange(this.dayCauses),
      slotCauses: countChange(this.slotCauses),
      durations: countChange(this.durations),
      monthDurations: countChange(this.monthDurations),
    };
  }
}
