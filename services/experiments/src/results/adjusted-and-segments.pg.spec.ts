import type { DecodedEvent } from '@picly/contracts';
import { readDefinition, type ExperimentDefinition } from '@picly/experiments';
import { compare, sumsOfUnits } from '@picly/statistics';
import { anEvent, openProjectionSpec, seededRandom, type ProjectionSpec } from '@picly/testing';
import type { ArmComparison } from './compute/metric-results';
import { experimentResults } from './experiment-results.projection';
import { Results, type ExperimentResults } from './results';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const NOW = START + 20 * DAY;
const SPENT = { key: 'spent', type: 'mean', of: 'value', conversion: 'purchase' };

function defined(more: object): ExperimentDefinition {
  const read = readDefinition('e', { arms: [{ key: 'a' }, { key: 'b' }], primary_metric: 'converted:purchase', ...more });
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  return read as ExperimentDefinition;
}

const changed = (revision: number, state: 'draft' | 'running', more: object, at = START + revision): DecodedEvent =>
  anEvent('experiment-changed', { experiment: 'e', revision, state, definition: { ...defined(more) } }, { occurredAt: at });
const begin = (more: object = {}): DecodedEvent[] => [changed(1, 'draft', more), changed(2, 'running', more)];
const exposed = (user: string, variant: string, at: number, context: object = {}): DecodedEvent =>
  anEvent('experiment-exposed', { experiment: 'e', user_id: user, variant, context: { ...context } }, { occurredAt: at });
const bought = (user: string, at: number, value = 1): DecodedEvent =>
  anEvent('conversion-tracked', { experiment: 'e', metric: 'purchase', user_id: user, value }, { occurredAt: at });

describe('results that are adjusted, and those of parts', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => void (spec = await openProjectionSpec(experimentResults)));
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  const results = async (metric?: string): Promise<ExperimentResults> => {
    const found = await new Results(spec.sql, () => NOW).of('e', { metric });
    if (typeof found !== 'object') throw new Error('not defined');
    return found;
  };

  /** Of the primary metric. */
  const comparison = async (): Promise<ArmComparison> => {
    const [found] = (await results()).metrics[0]?.comparisons ?? [];
    if (!found) throw new Error('nothing is compared');
    return found;
  };

  /** People who spend about what they spent before, and `lift` more in the other arm. */
  function spenders(
    prefix: string,
    counts: Readonly<Record<string, number>>,
    of: { at: number; level: number; lift: number },
  ): DecodedEvent[] {
    const random = seededRandom(prefix.length);
    return Object.entries(counts).flatMap(([arm, n]) =>
      Array.from({ length: n }, (_, i) => {
        const user = `${prefix}${arm}${i}`;
        const usual = of.level + 10 * random();
        const now = usual + (arm === 'b' ? of.lift : 0) + random();
        return [bought(user, of.at - DAY, usual), exposed(user, arm, of.at + i), bought(user, of.at + DAY, now)];
      }).flat(),
    );
  }

  it("take the units' own history out, also after the weights have changed", async () => {
    const more = { metrics: [SPENT], primary_metric: 'spent' };
    const reweighted = {
      ...more,
      arms: [
        { key: 'a', weight: 0.2 },
        { key: 'b', weight: 0.8 },
      ],
    };
    await spec.fold([
      ...begin(more),
      changed(3, 'running', reweighted, START + 5 * DAY),
      ...spenders('early', { a: 200, b: 200 }, { at: START + DAY, level: 10, lift: 2 }),
      ...spenders('later', { a: 80, b: 320 }, { at: START + 7 * DAY, level: 40, lift: 2 }),
    ]);
    const { relative, absolute, cuped } = await comparison();
    expect(relative.method).toContain('phases of different weights');
    expect(absolute.effect).toBeGreaterThan(0.5);
    expect(absolute.effect).toBeLessThan(3.5);
    expect(cuped).toMatchObject({ reason: null });
    expect(cuped?.theta).toBeGreaterThan(0.9);
    expect(cuped?.variance_left).toBeLessThan(0.2);
    const [low, high] = cuped?.interval ?? [null, null];
    // 200 + 200 people at about 15 and 80 + 320 at about 45 spend 30 on average without the lift of 2.
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(2 / 30.5);
    expect(high).toBeGreaterThan(2 / 30.5);
  });

  it('cap what one unit counts for, so that a few who spend very much decide nothing', async () => {
    const people = ['a', 'b'].flatMap((arm) =>
      Array.from({ length: 200 }, (_, i) => [
        exposed(`${arm}${i}`, arm, START + DAY + i),
        bought(`${arm}${i}`, START + 2 * DAY, arm === 'b' && i === 7 ? 1_000_000 : 5 + (i % 10)),
      ]).flat(),
    );
    const capped = { ...SPENT, key: 'capped', cap: 20 };
    await spec.fold([...begin({ metrics: [SPENT, capped], primary_metric: 'capped', secondary_metrics: ['spent'] }), ...people]);
    const { metrics } = await results();
    const [ours, uncapped] = metrics.map(({ arms }) => arms.find(({ arm }) => arm === 'b')?.value ?? 0);
    expect(ours).toBeCloseTo((200 * 9.5 - 12 + 20) / 200, 9);
    expect(uncapped).toBeGreaterThan(5_000);
  });

  it('cap at a percentile of the units of all arms, exactly given the cap, and with the history of those that are capped', async () => {
    const random = seededRandom(11);
    const units = ['a', 'b'].flatMap((arm) =>
      Array.from({ length: 300 }, (_, i) => {
        const usual = Math.round(1_000 * Math.exp(2 * random())) / 1_000;
        return { user: `${arm}${i}`, arm, at: START + DAY + i, usual, now: i === 5 ? 50_000 : usual + (arm === 'b' ? 0.5 : 0) };
      }),
    );
    const capped = { ...SPENT, key: 'capped', cap_quantile: 0.95 };
    await spec.fold([
      ...begin({ metrics: [SPENT, capped], primary_metric: 'capped', secondary_metrics: ['spent'] }),
      ...units.flatMap(({ user, arm, at, usual, now }) => [
        bought(user, at - DAY, usual),
        exposed(user, arm, at),
        // In two parts, on two days: the unit moves from one bin to another.
        bought(user, at + DAY, now / 4),
        bought(user, at + 2 * DAY, (3 * now) / 4),
      ]),
    ]);
    const { metrics, series, segments } = await results();
    const [ours] = metrics;
    if (!ours?.cap) throw new Error('no cap');
    const { cap } = ours;
    const values = units.map(({ now }) => now).sort((x, y) => x - y);
    const percentile = values[Math.floor(0.95 * 599)] ?? 0;
    expect(cap).toBeGreaterThanOrEqual(percentile * (1 - 1e-9));
    expect(cap).toBeLessThan(percentile * 1.021);
    const sums = ['a', 'b'].map((arm) =>
      sumsOfUnits(units.filter((unit) => unit.arm === arm).map(({ now, usual }) => ({ value: Math.min(cap, now), pre: usual }))),
    );
    const [control, arm] = sums;
    if (!control || !arm) throw new Error('two arms');
    const plain = compare('mean', control, arm);
    const cuped = compare('mean', control, arm, { cuped: true });
    expect(ours.comparisons).toMatchObject([
      {
        relative: { effect: expect.closeTo(plain.effect, 5) as number, se: expect.closeTo(plain.se, 5) as number },
        cuped: { effect: expect.closeTo(cuped.effect, 5) as number, theta: expect.closeTo(cuped.theta, 5) as number },
      },
    ]);
    expect(series.grain).toBe('day');
    expect(series.points.at(-1)?.arms).toMatchObject([{ effect: expect.closeTo(plain.effect, 5) as number }]);
    expect(segments).toMatchObject(segments.map(() => ({ post_stratified: [] })));
    expect(segments[0]?.segments).toMatchObject([{ comparisons: [{ reason: 'not_by_segment', p: 1 }] }]);
  });

  const people = (arm: string, plan: string, n: number, converts: number): DecodedEvent[] =>
    Array.from({ length: n }, (_, i) => [
      exposed(`${arm}-${plan}-${i}`, arm, START + 1_000 + i, { plan }),
      ...(i < converts ? [bought(`${arm}-${plan}-${i}`, START + DAY)] : []),
    ]).flat();

  it('say of a segment with a handful of people that it is too small, instead of an effect of nothing', async () => {
    await spec.fold([
      ...begin(),
      ...people('a', 'free', 300, 60),
      ...people('b', 'free', 300, 90),
      ...people('a', 'pro', 3, 1),
      ...people('b', 'pro', 4, 1),
    ]);
    const { segments } = await results();
    const plan = segments.find(({ dimension }) => dimension === 'plan');
    expect(plan?.segments.find(({ segment }) => segment === 'pro')?.comparisons).toMatchObject([
      { reason: 'too_few_units', n: [3, 4], p: 1 },
    ]);
    expect(plan?.segments.find(({ segment }) => segment === 'free')?.comparisons).toMatchObject([{ reason: null }]);
  });

  it('compare the whole by segments too, weighed by their size', async () => {
    // Those who pay convert more, and by bad luck more of them are in b: within both plans nothing differs.
    await spec.fold([
      ...begin(),
      ...people('a', 'free', 300, 30),
      ...people('a', 'pro', 100, 50),
      ...people('b', 'free', 200, 20),
      ...people('b', 'pro', 200, 100),
    ]);
    const found = await results();
    const plan = found.segments.find(({ dimension }) => dimension === 'plan');
    expect(found.metrics[0]?.comparisons[0]?.relative.effect).toBeGreaterThan(0.4);
    expect(plan?.post_stratified[0]?.effect).toBeCloseTo(0, 9);
    expect(plan?.post_stratified[0]?.method).toContain('post-stratified by segment');
    expect(found.health.balance.segments.find(({ dimension }) => dimension === 'plan')).toMatchObject({ alarm: true });
    expect(found.health.balance.alarm).toBe(true);
  });

  it('warn of a segment that contradicts the whole, and that many were looked at', async () => {
    await spec.fold([
      ...begin(),
      ...people('a', 'free', 1_000, 200),
      ...people('b', 'free', 1_000, 400),
      ...people('a', 'plus', 200, 40),
      ...people('b', 'plus', 200, 60),
      ...people('a', 'pro', 200, 160),
      ...people('b', 'pro', 200, 80),
    ]);
    const { segments } = await results();
    const warnings = segments.find(({ dimension }) => dimension === 'plan')?.warnings ?? [];
    expect(warnings.map(({ code }) => code)).toEqual(['contradiction', 'many_looks']);
    expect(warnings[0]?.message).toContain('pro says the opposite of the whole about b');
  });

  it('tell percentiles of single events with units as the sample', async () => {
    const random = seededRandom(5);
    const events = ['a', 'b'].flatMap((arm) =>
      Array.from({ length: 300 }, (_, i) => [
        exposed(`${arm}${i}`, arm, START + DAY + i),
        ...[0, 1].map((n) => bought(`${arm}${i}`, START + 2 * DAY + n, (arm === 'b' ? 2 : 1) * Math.exp(random()))),
      ]).flat(),
    );
    const p90 = { key: 'p90', type: 'quantile', of: 'value', conversion: 'purchase', quantile: 0.9 };
    await spec.fold([...begin({ metrics: [p90], primary_metric: 'p90' }), ...events]);
    const [metric] = (await results()).metrics;
    expect((metric?.arms[0]?.value ?? 0) / Math.exp(0.9)).toBeCloseTo(1, 1);
    expect(metric?.comparisons[0]?.relative).toMatchObject({ n: [300, 300], reason: null });
    expect(metric?.comparisons[0]?.relative.interval[0]).toBeGreaterThan(0.5);
  });

  const wholeOf = ({ metrics }: ExperimentResults, key: string): object => {
    const [found] = metrics.find(({ metric }) => metric === key)?.comparisons ?? [];
    return { effect: found?.relative.effect, interval: found?.relative.interval };
  };

  it('have segments and a series of any metric that is asked for, percentiles over time too', async () => {
    const random = seededRandom(5);
    const events = ['a', 'b'].flatMap((arm) =>
      Array.from({ length: 120 }, (_, i) => [
        exposed(`${arm}${i}`, arm, START + DAY + i, { plan: i % 2 ? 'pro' : 'free' }),
        bought(`${arm}${i}`, START + (2 + (i % 3)) * DAY, (arm === 'b' ? 3 : 1) * (1 + random())),
      ]).flat(),
    );
    const p50 = { key: 'p50', type: 'quantile', of: 'value', conversion: 'purchase', quantile: 0.5 };
    await spec.fold([...begin({ metrics: [SPENT, p50] }), ...events]);
    const spent = await results('spent');
    expect(spent).toMatchObject({ segments_metric: 'spent', series: { metric: 'spent' } });
    expect(spent.series.points.at(-1)?.arms).toMatchObject([{ ...wholeOf(spent, 'spent'), reason: null }]);
    const plan = spent.segments.find(({ dimension }) => dimension === 'plan');
    expect(plan?.segments.flatMap(({ comparisons }) => comparisons.map(({ effect }) => effect > 1))).toEqual([true, true]);
    const percentile = await results('p50');
    expect(percentile.series.points.length).toBeGreaterThan(2);
    expect(percentile.series.points.at(-1)?.arms).toMatchObject([wholeOf(percentile, 'p50')]);
    expect(percentile.segments[0]?.segments).toMatchObject([{ comparisons: [{ reason: 'not_by_segment', effect: 0 }] }]);
    expect(await new Results(spec.sql, () => NOW).of('e', { metric: 'nothing' })).toBe('unknown_metric');
  });

  it('judge the split of a segment by the weights its people were assigned by', async () => {
    const arms = [
      { key: 'a', weight: 0.1 },
      { key: 'b', weight: 0.9 },
    ];
    const later = (arm: string, n: number): DecodedEvent[] =>
      Array.from({ length: n }, (_, i) => exposed(`later-${arm}${i}`, arm, START + 6 * DAY + i, { plan: 'pro' }));
    await spec.fold([
      ...begin(),
      changed(3, 'running', { arms }, START + 5 * DAY),
      ...people('a', 'pro', 400, 40),
      ...people('b', 'pro', 400, 40),
      ...later('a', 100),
      ...later('b', 900),
    ]);
    const plan = (await results()).segments.find(({ dimension }) => dimension === 'plan');
    expect(plan?.segments).toMatchObject([{ segment: 'pro', sample_ratio_p: 1 }]);
  });

  const failing = (arm: string, n: number, failures: number): DecodedEvent[] =>
    Array.from({ length: n }, (_, i) => [
      exposed(`${arm}${i}`, arm, START + DAY + i),
      anEvent('generation-completed', { user_id: `${arm}${i}`, success: i >= failures }, { occurredAt: START + DAY + HOUR }),
      ...(i < n / (arm === 'a' ? 5 : 2) ? [bought(`${arm}${i}`, START + 2 * DAY)] : []),
    ]).flat();

  it.each([
    ['the control never failed', 0, 60],
    ['the control never failed, and the arm always does', 0, 600],
  ])('name no winner that brings failures, although %s', async (_what, before, after) => {
    await spec.fold([
      ...begin({ guardrails: [{ metric: 'failure_rate', tolerated_harm: 0.05 }] }),
      ...failing('a', 600, before),
      ...failing('b', 600, after),
    ]);
    const { decision, metrics } = await results();
    expect(metrics[0]?.comparisons[0]?.relative.interval[0]).toBeGreaterThan(0);
    expect(metrics.find(({ metric }) => metric === 'failure_rate')?.comparisons[0]?.relative.reason).toBe('no_variance');
    expect(decision).toMatchObject({ verdict: 'roll_back', arm: null, guardrails: [{ harmed: ['failure_rate'] }] });
  });

  it('roll nothing back for a guardrail that too few units tell of', async () => {
    await spec.fold([
      ...begin({ planned_sample: 4, guardrails: [{ metric: 'failure_rate', tolerated_harm: 0.05 }] }),
      ...failing('a', 10, 0),
      ...failing('b', 10, 9),
    ]);
    expect((await results()).decision).toMatchObject({ verdict: 'cannot_tell', guardrails: [{ harmed: [], unclear: ['failure_rate'] }] });
  });
});
