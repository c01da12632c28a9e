import { composeDashboard } from './compose';
import { byDay, changeOf } from './figures';
import { PART_NAMES, partPaths, type Part, type PartName, type Parts } from './parts';
import { moversOf } from './movers';
import { compared, periodBetween, periodOf } from './period';

const NOW = Date.parse('2026-03-30T12:00:00Z');

describe('the period of the dashboard', () => {
  test('is the last calendar days up to now, and the stretch before is as long', () => {
    const { current, previous, days } = periodOf(NOW, 30, 'UTC');
    expect(new Date(current.fromMs).toISOString()).toBe('2026-03-01T00:00:00.000Z');
    expect(current.toMs).toBe(NOW + 1);
    expect(previous?.toMs).toBe(current.fromMs);
    expect((previous?.toMs ?? 0) - (previous?.fromMs ?? 0)).toBe(current.toMs - current.fromMs);
    expect([days[0], days.at(-1), days.length]).toEqual(['2026-03-01', '2026-03-30', 30]);
  });

  test.each([
    ['Asia/Singapore', '2026-03-30T17:00:00Z', '2026-03-31', '2026-03-29T16:00:00.000Z'],
    ['America/Los_Angeles', '2026-03-30T05:00:00Z', '2026-03-29', '2026-03-28T07:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', '2026-03-27T23:00:00.000Z'],
  ])('has the days of %s, also when the clocks change', (zone, now, today, from) => {
    const { current, days } = periodOf(Date.parse(now), 2, zone);
    expect(days.at(-1)).toBe(today);
    expect(new Date(current.fromMs).toISOString()).toBe(from);
  });
});

describe('a period between two instants', () => {
  const from = (text: string): number => Date.parse(text);
  const march = periodBetween({ fromMs: from('2024-02-29T00:00:00Z'), toMs: from('2024-03-02T00:00:00Z') }, 'UTC');

  test('has its days, and the stretch before', () => {
    expect(march.days).toEqual(['2024-02-29', '2024-03-01']);
    expect(march.previous).toEqual({ fromMs: from('2024-02-27T00:00:00Z'), toMs: from('2024-02-29T00:00:00Z') });
  });

  test('a year earlier begins on the same date, equally long', () => {
    expect(compared(march, 'year', 'UTC').previous).toEqual({ fromMs: from('2023-02-28T00:00:00Z'), toMs: from('2023-03-02T00:00:00Z') });
  });
});

describe('what moved most', () => {
  const row = (engine: string, rate: number, n: number) => ({ engine, rating_success_rate: rate, rating_count: n });

  test('is the engine with the largest change, up or down, among those with ratings enough', () => {
    const now = [row('a', 0.7, 50), row('b', 0.5, 50), row('few', 0.1, 3), row('new', 0.9, 50)];
    const before = [row('a', 0.6, 50), row('b', 0.8, 50), row('few', 0.9, 50)];
    expect(moversOf(now, before).map(({ engine, change }) => [engine, change])).toEqual([
      ['b', -0.3],
      ['a', 0.1],
    ]);
  });
});

describe('a change', () => {
  test('is absolute and relative', () =>
    expect(changeOf(0.75, 0.6)).toEqual({ value: 0.75, previous: 0.6, change: 0.15, change_rate: 0.25 }));
  test('is not known without both figures, and has no rate from nothing', () => {
    expect(changeOf(1, null)).toMatchObject({ change: null, change_rate: null });
    expect(changeOf(1, 0)).toMatchObject({ change: 1, change_rate: null });
  });
});

describe('the trend', () => {
  const figures = { counts: { ratings: 'count' }, rates: { avg: 'avg' } };
  test('has a row for every day: nothing happened is 0, its rates are not known', () => {
    expect(byDay(['2026-01-01', '2026-01-02'], [{ rows: [{ day: '2026-01-02', count: 3, avg: 4 }], ...figures }])).toEqual([
      { day: '2026-01-01', ratings: 0, avg: null },
      { day: '2026-01-02', ratings: 3, avg: 4 },
    ]);
  });
  test('of a list that could not be had is not known', () => {
    expect(byDay(['2026-01-01'], [{ rows: undefined, ...figures }])).toEqual([{ day: '2026-01-01', ratings: null, avg: null }]);
  });
});

describe('the dashboard', () => {
  const part = (rows: Part['rows'], lag = 0): Part => ({
    rows,
    asOf: { event_time: '2026-03-30T11:00:00Z', lag_events: lag, lag_ms: lag * 10, at: '2026-03-30T12:00:00Z' },
  });
  const found = new Map<PartName, Part>([
    [
      'ratings',
      part(
        [
          {
            count: 10,
            avg: 4.5,
            distribution: [0, 0, 1, 3, 6],
            success_rate: 0.9,
            success_lower: 0.6,
            success_upper: 0.98,
            feedback_count: 4,
            timed_count: 8,
            median_time_to_rate: 12,
            median_time_to_rate_lower: 5,
            median_time_to_rate_upper: 20,
          },
        ],
        3,
      ),
    ],
    [
      'ratings_before',
      part([{ count: 5, avg: 4, distribution: [1, 0, 0, 0, 4], success_rate: 0.8, feedback_count: 0, median_time_to_rate: null }]),
    ],
    ['models', part([{ calls: 3, cost: 0.2, currency: 'USD' }])],
    ['models_before', part([])],
    ['engines', part([{ engine: 'flux-pro', calls: 3 }])],
  ]);
  const dashboard = composeDashboard({ found, missing: new Map([['engagement', 'service_unavailable']]) }, periodOf(NOW, 2, 'UTC'), 'UTC');

  test('has every success metric with its change', () => {
    expect(dashboard['success_metrics']).toMatchObject({
      rating_distribution: { distribution: [0, 0, 1, 3, 6], value: 4.5, previous: 4, change: 0.5, change_rate: 0.125, target: 4 },
      success_rate: { value: 0.9, previous: 0.8, change: 0.1, lower: 0.6, upper: 0.98, target: 0.7 },
      download_rate: { value: null, change: null },
      time_to_rate: { value: 12, previous: null, change: null, n: 8, lower: 5, upper: 20 },
      feedback_volume: { value: 4, previous: 0, change: 4, change_rate: null },
    });
    expect(dashboard['totals']).toMatchObject({
      ratings: { value: 10, previous: 5, change: 5, change_rate: 1 },
      calls: { value: 3, previous: 0, change: 3 },
      shares: { value: null, previous: null },
    });
  });

  test('has the amounts of every currency apart', () => {
    const amounts = [
      { currency: 'EUR', cost: 0.3, revenue: 0.5, margin: 0.2 },
      { currency: 'USD', cost: 0.1, revenue: 0.2, margin: 0.1 },
    ];
    const mixed: Parts['found'] = new Map([['models', part([{ calls: 2, cost: null, currency: null, amounts }])]]);
    expect(composeDashboard({ found: mixed, missing: new Map() }, periodOf(NOW, 2, 'UTC'), 'UTC')['totals']).toMatchObject({
      cost: { value: null },
      currency: null,
      amounts,
    });
    expect(dashboard['totals']).toMatchObject({ amounts: [] });
  });

  test('says what could not be had, and is as fresh as its oldest part', () => {
    expect(dashboard).toMatchObject({
      engagement: null,
      top_prompts: null,
      engines: [{ engine: 'flux-pro' }],
      unavailable: [{ part: 'engagement', code: 'service_unavailable' }],
    });
    expect(dashboard['as_of']).toMatchObject({ lag_events: 3, lag_ms: 30 });
  });

  test('asks for each part once', () =>
    expect(Object.keys(partPaths(periodOf(NOW, 2, 'UTC'), { zone: 'UTC' })).sort()).toEqual([...PART_NAMES].sort()));

  test('asks for nothing earlier when it is compared with nothing', () => {
    const paths = partPaths(compared(periodOf(NOW, 2, 'UTC'), 'none', 'UTC'), { zone: 'UTC', engine: 'a b' });
    expect(Object.keys(paths).filter((name) => name.endsWith('_before'))).toEqual([]);
    expect(paths.ratings).toContain('engine=a+b');
    expect(paths.engagement).not.toContain('engine=');
  });
});
