import type { DecodedEvent } from '@picly/contracts';
import { compare } from '@picly/statistics';
import { readDefinition, type ExperimentDefinition } from '@picly/experiments';
import { anEvent, openProjectionSpec, seededRandom, type ProjectionSpec } from '@picly/testing';
import { experimentResults } from './experiment-results.projection';
import { Results, type ExperimentResults } from './results';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const NOW = START + 10 * DAY;

function defined(more: object = {}): Record<string, unknown> {
  const read = readDefinition('e', { arms: [{ key: 'a' }, { key: 'b' }], primary_metric: 'converted:purchase', ...more });
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  return { ...(read as ExperimentDefinition) };
}

const begin = (more: object = {}): DecodedEvent[] =>
  (['draft', 'running'] as const).map((state, n) =>
    anEvent('experiment-changed', { experiment: 'e', revision: n + 1, state, definition: defined(more) }, { occurredAt: START + n }),
  );
const exposed = (user: string, variant: string, at: number, context: object = {}) =>
  anEvent('experiment-exposed', { experiment: 'e', user_id: user, variant, context: { ...context } }, { occurredAt: at });
const bought = (user: string, at: number, value = 1) =>
  anEvent('conversion-tracked', { experiment: 'e', metric: 'purchase', user_id: user, value }, { occurredAt: at });

/** `n` people per arm over eight days; each converts with the arm's rate. */
function crowd(n: number, rates: Readonly<Record<string, number>>, seed = 1): DecodedEvent[] {
  const random = seededRandom(seed);
  return Object.entries(rates).flatMap(([arm, rate]) =>
    Array.from({ length: n }, (_, i) => {
      const at = START + 1_000 + Math.floor((8 * DAY * i) / n);
      const user = `${arm}${i}`;
      return [exposed(user, arm, at, { plan: i % 2 ? 'pro' : 'free' }), ...(random() < rate ? [bought(user, at + 60_000)] : [])];
    }).flat(),
  );
}

describe('results of an experiment', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => void (spec = await openProjectionSpec(experimentResults)));
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  const results = async (asOf?: number): Promise<ExperimentResults> => {
    const found = await new Results(spec.sql, () => NOW).of('e', { asOf });
    if (typeof found !== 'object') throw new Error('not defined');
    return found;
  };
  const expectFinite = (found: ExperimentResults): void => {
    JSON.stringify(found, (_key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('not finite');
      return value;
    });
  };

  it('are what the statistics library makes of the same people counted by hand', async () => {
    const events = crowd(600, { a: 0.2, b: 0.35 });
    await spec.fold([...begin(), ...events], { batches: 7 });
    const found = await results();
    const counts = ['a', 'b'].map((arm) => ({
      n: 600,
      sum: events.filter((event) => event.type === 'conversion-tracked' && event.data.user_id?.startsWith(arm)).length,
    }));
    const [control, arm] = counts;
    if (!control || !arm) throw new Error('two arms');
    const expected = compare('proportion', control, arm);
    const [primary] = found.metrics;
    expect(primary).toMatchObject({
      metric: 'converted:purchase',
      role: 'primary',
      arms: [{ n: 600, value: control.sum / 600 }, { n: 600 }],
    });
    expect(primary?.comparisons[0]?.relative).toMatchObject({
      effect: expected.effect,
      interval: expected.interval,
      p: expected.p,
      valid_at: 'any_time',
    });
    expect(found.decision).toMatchObject({ verdict: 'ship', arm: 'b', missing: [] });
    expect(found.health.sample_ratio).toMatchObject({ p: 1, alarm: false });
    expect(found.series.points).toHaveLength(8);
    expect(found.segments.map(({ dimension }) => dimension)).toEqual(['device', 'engine', 'plan', 'source', 'visitor']);
    expect(found.segments.find(({ dimension }) => dimension === 'plan')?.segments.map(({ segment }) => segment)).toEqual(['free', 'pro']);
    expect(found.forecast?.power_so_far).toBeGreaterThan(0);
    expectFinite(found);
  });

  it('can be had as of any past hour, as if asked then', async () => {
    const events = crowd(300, { a: 0.2, b: 0.3 });
    const moment = START + 3 * DAY;
    await spec.fold([...begin(), ...events.filter(({ occurredAt }) => occurredAt < moment)]);
    const then = await results(moment);
    await spec.fold(events);
    expect(await results(moment)).toEqual({ ...then });
    expect((await results()).metrics[0]?.arms[0]?.n).toBe(300);
    expect(await new Results(spec.sql, () => NOW).of('e', { asOf: START - 1 })).toBeUndefined();
  });

  it('name no winner when one arm lost a twentieth of its people: the alarm stops it', async () => {
    const events = crowd(2_500, { a: 0.2, b: 0.3 });
    const lost = new Set(Array.from({ length: 250 }, (_, i) => `b${i * 10}`));
    await spec.fold([...begin(), ...events.filter((event) => !lost.has(('user_id' in event.data ? event.data.user_id : undefined) ?? ''))]);
    const found = await results();
    expect(found.health.sample_ratio).toMatchObject({ alarm: true });
    expect(found.decision).toMatchObject({ verdict: 'stop', arm: null });
  });

  it('roll back what is worse, and stop for a guardrail that is harmed', async () => {
    await spec.fold([...begin(), ...crowd(800, { a: 0.4, b: 0.25 })]);
    expect((await results()).decision).toMatchObject({ verdict: 'roll_back' });
    await spec.clear();
    const guarded = { primary_metric: 'revenue', guardrails: [{ metric: 'converted:purchase', tolerated_harm: 0.05 }] };
    await spec.fold([...begin(guarded), ...crowd(800, { a: 0.4, b: 0.25 })]);
    expect((await results()).decision).toMatchObject({
      verdict: 'roll_back',
      reasons: expect.arrayContaining([expect.stringContaining('b harms the guardrail')]) as string[],
    });
  });

  it('leave units of changed weights in their own stratum', async () => {
    const second = {
      arms: [
        { key: 'a', weight: 0.1 },
        { key: 'b', weight: 0.9 },
      ],
    };
    const early = crowd(1_000, { a: 0.1, b: 0.1 }).map((event) => ({
      ...event,
      occurredAt: START + 10 + ((event.occurredAt - START) % (2 * DAY)),
    }));
    const late = [
      ...Array.from({ length: 100 }, (_, i) => ({ arm: 'a', i })),
      ...Array.from({ length: 900 }, (_, i) => ({ arm: 'b', i })),
    ].flatMap(({ arm, i }) => [
      exposed(`late-${arm}${i}`, arm, START + 5 * DAY + i),
      ...(i % 2 ? [bought(`late-${arm}${i}`, START + 5 * DAY + 60_000)] : []),
    ]);
    const reweighted = anEvent(
      'experiment-changed',
      { experiment: 'e', revision: 3, state: 'running', change: 'reweighted', definition: defined(second) },
      { occurredAt: START + 4 * DAY },
    );
    await spec.fold([...begin(), reweighted, ...early, ...late]);
    const found = await results();
    const comparison = found.metrics[0]?.comparisons[0]?.relative;
    expect(comparison?.method).toContain('post-stratified');
    // Nothing differs within a phase; pooled as it is, b would have won by far.
    expect(Math.abs(comparison?.effect ?? 1)).toBeLessThan(0.1);
    expect(found.health.sample_ratio).toMatchObject({ alarm: false, p: 1 });
  });

  it('warn where every segment says the opposite of the whole', async () => {
    const people = (arm: string, plan: string, n: number, converts: number): DecodedEvent[] =>
      Array.from({ length: n }, (_, i) => [
        exposed(`${arm}-${plan}-${i}`, arm, START + 1_000 + i, { plan }),
        ...(i < converts ? [bought(`${arm}-${plan}-${i}`, START + DAY)] : []),
      ]).flat();
    await spec.fold([
      ...begin(),
      ...people('a', 'free', 270, 234),
      ...people('a', 'pro', 80, 55),
      ...people('b', 'free', 87, 81),
      ...people('b', 'pro', 263, 192),
    ]);
    const plan = (await results()).segments.find(({ dimension }) => dimension === 'plan');
    expect(plan?.warnings.map(({ code }) => code)).toContain('simpson');
  });

  it.each([
    ['no exposures', []],
    ['conversions without exposures', [bought('x', START + DAY)]],
    ['one unit', [exposed('x', 'a', START + DAY)]],
    ['one arm without units', Array.from({ length: 200 }, (_, i) => exposed(`u${i}`, 'a', START + DAY))],
    [
      'everybody converting',
      ['a', 'b'].flatMap((arm) =>
        Array.from({ length: 100 }, (_, i) => [exposed(arm + i, arm, START + DAY), bought(arm + i, START + 2 * DAY)]).flat(),
      ),
    ],
    ['nobody converting', ['a', 'b'].flatMap((arm) => Array.from({ length: 100 }, (_, i) => exposed(arm + i, arm, START + DAY)))],
    [
      'conversions before the exposure only',
      ['a', 'b'].flatMap((arm) =>
        Array.from({ length: 100 }, (_, i) => [bought(arm + i, START), exposed(arm + i, arm, START + DAY)]).flat(),
      ),
    ],
    [
      'everybody in both arms',
      Array.from({ length: 100 }, (_, i) => [
        exposed(`u${i}`, 'a', START + DAY),
        exposed(`u${i}`, 'b', START + DAY + 1),
        bought(`u${i}`, START + 2 * DAY),
      ]).flat(),
    ],
    ['ids of any script', [exposed('☃ ""\\', 'a', START + DAY), exposed('ß', 'b', START + DAY), bought('☃ ""\\', START + 2 * DAY)]],
  ])('say what they can of %s, without a winner and without a number that is none', async (_what, events) => {
    const metrics = [
      { key: 'spent', type: 'mean', of: 'value', conversion: 'purchase' },
      { key: 'each', type: 'ratio', of: 'value', conversion: 'purchase', per: 'generations' },
      { key: 'big', type: 'quantile', of: 'value', conversion: 'purchase', quantile: 0.9 },
    ];
    await spec.fold([...begin({ metrics, secondary_metrics: ['retention_day_1', 'rating'] }), ...events]);
    const found = await results();
    expect(found.decision.verdict).not.toBe('ship');
    expectFinite(found);
  });

  it('take a negative baseline by its size: less loss is a gain', async () => {
    const metrics = [{ key: 'profit', type: 'mean', of: 'value', conversion: 'profit' }];
    const random = seededRandom(3);
    const people = Array.from({ length: 400 }, (_, i) => {
      const arm = i % 2 ? 'b' : 'a';
      const value = (arm === 'a' ? -10 : -5) + random();
      const conversion = anEvent(
        'conversion-tracked',
        { experiment: 'e', metric: 'profit', user_id: `u${i}`, value },
        { occurredAt: START + DAY + 5 },
      );
      return [exposed(`u${i}`, arm, START + DAY), conversion];
    }).flat();
    await spec.fold([...begin({ metrics, primary_metric: 'profit' }), ...people]);
    const found = await results();
    expect(found.metrics[0]?.comparisons[0]?.relative.effect).toBeGreaterThan(0.4);
    expect(found.decision).toMatchObject({ verdict: 'ship', arm: 'b' });
  });

  it('are the same to the last digit when the sums are made anew in another order', async () => {
    const events = [...begin(), ...crowd(300, { a: 0.2, b: 0.3 })];
    await spec.fold(events, { batches: 5 });
    const before = JSON.stringify(await results());
    await spec.clear();
    await spec.fold([...events].reverse(), { batches: 3 });
    expect(JSON.stringify(await results())).toBe(before);
  });
});
