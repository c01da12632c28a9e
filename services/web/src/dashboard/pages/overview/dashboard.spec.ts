import type { Change } from '../../api/rows';
import { DEFAULTS } from '../../app/filters';
import { comparedQuery, isSilent, type Dashboard, type TrendDay } from './dashboard';

const change = (value: number | null): Change => ({ value, previous: null, change: null, change_rate: null });
const totals = (generations: number | null, ratings: number | null): Pick<Dashboard, 'totals'> => ({
  totals: {
    generations: change(generations),
    ratings: change(ratings),
    calls: change(0),
    cost: change(null),
    revenue: change(null),
    margin: change(null),
    margin_per_picture: change(null),
    currency: null,
  },
});

describe('the time of the overview', () => {
  it('is silent when nothing was made, rated or called in it', () => {
    expect(isSilent(totals(0, 0))).toBe(true);
    expect(isSilent(totals(0, 1))).toBe(false);
  });

  it('is not called silent when a count could not be had', () => {
    expect(isSilent(totals(null, 0))).toBe(false);
  });
});

describe('the days that a trend is compared with', () => {
  const answer = (first: string, days: number, previous: string | null) => ({
    daily_trend: Array.from({ length: days }, () => ({ day: first }) as TrendDay),
    previous_period: previous === null ? null : { from: previous, to: '' },
    period: { days, from: '', to: '', tz: 'Europe/Berlin' },
  });

  it('are whole, whatever the time of day and the clocks', () => {
    // The stretch before is as long as 16 days with a longer one among them: it begins late on the evening of the 3rd.
    expect(comparedQuery(answer('2026-10-20', 16, '2026-10-03T21:00:00Z'), DEFAULTS)).toEqual({
      from: '2026-10-04',
      to: '2026-10-20',
      tz: 'Europe/Berlin',
      compare: 'none',
    });
  });

  it('a year earlier begin on the day that the answer names', () => {
    const filters = { ...DEFAULTS, compare: 'year', engine: 'sdxl' } as const;
    expect(comparedQuery(answer('2024-02-29', 3, '2023-02-27T23:00:00Z'), filters)).toMatchObject({
      from: '2023-02-28',
      to: '2023-03-03',
      engine: 'sdxl',
    });
  });

  it('are none when it is compared with nothing', () => {
    expect(comparedQuery(answer('2026-10-20', 16, null), DEFAULTS)).toBeUndefined();
  });
});
