import { percent } from '../../format/numbers';
import type { TrendDay } from './dashboard';
import { columnsOf, seriesOf, type Trend, type TrendRow } from './trend-figures';

const TREND: Trend = {
  id: 'success',
  title: 'Success',
  unit: 'percent',
  n: '',
  lines: [{ name: 'Success', colour: 0, of: 'success_rate', lower: 'success_lower', upper: 'success_upper' }],
  format: percent,
  fromZero: false,
  beside: [],
};
const dayOf = (day: string, rate: number | null) => ({ day, success_rate: rate, success_lower: 0.1, success_upper: 0.9 }) as TrendDay;
const ROWS: readonly TrendRow[] = [
  { ...dayOf('2026-01-03', 0.7), before: dayOf('2026-01-01', 0.5) },
  { ...dayOf('2026-01-04', null), before: dayOf('2026-01-02', null) },
];
const told = (row: TrendRow, isCompared: boolean) =>
  columnsOf(TREND, isCompared).map(({ id, label, value }) => [id, label, value(row)] as const);

describe('a trend that is compared', () => {
  it('has every figure a second time in its table, of the day compared with', () => {
    expect(told(ROWS[0] as TrendRow, true)).toEqual([
      ['day', 'Day', '2026-01-03'],
      ['success_rate', 'Success', 0.7],
      ['success_lower', 'From', 0.1],
      ['success_upper', 'To', 0.9],
      ['day_before', 'Day, before', '2026-01-01'],
      ['success_rate_before', 'Success, before', 0.5],
      ['success_lower_before', 'From, before', 0.1],
      ['success_upper_before', 'To, before', 0.9],
    ]);
  });

  it('draws bucket beside bucket; of no figure there is no interval, before as now', () => {
    expect(seriesOf(TREND, ROWS, true)).toEqual([
      {
        name: 'Success',
        colour: 0,
        values: [0.7, null],
        lower: [0.1, null],
        upper: [0.9, null],
        before: { values: [0.5, null], lower: [0.1, null], upper: [0.9, null] },
      },
    ]);
  });
});

it('a trend that is compared with nothing has its own figures alone', () => {
  expect(told(ROWS[0] as TrendRow, false).map(([id]) => id)).toEqual(['day', 'success_rate', 'success_lower', 'success_upper']);
  expect(seriesOf(TREND, ROWS, false)[0]).not.toHaveProperty('before');
});
