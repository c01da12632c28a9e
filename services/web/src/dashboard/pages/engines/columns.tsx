import type { ModelRow } from '../../api/rows';
import type { Column } from '../../parts/data-table';
import { EngineName } from '../../parts/engine-name';
import { count, interval, money, percent, seconds, stars } from '../../format/numbers';

type Format = (value: number | null) => string;

/** A numeric column of engines. */
export const figure = (id: keyof ModelRow, label: string, format: Format): Column<ModelRow> => ({
  id,
  label,
  value: (row) => row[id] as number | null,
  show: (row) => format(row[id] as number | null),
  numeric: true,
});

export const amount = (id: keyof ModelRow, label: string): Column<ModelRow> => ({
  id,
  label,
  value: (row) => row[id] as number | null,
  show: (row) => money(row.currency)(row[id] as number | null),
  numeric: true,
});

export const ENGINE: Column<ModelRow> = {
  id: 'engine',
  label: 'Engine',
  value: (row) => row.engine,
  show: (row) => <EngineName engine={row.engine} />,
};

export const QUALITY: readonly Column<ModelRow>[] = [
  figure('rating_success_rate', 'Success', percent),
  {
    id: 'rating_success_lower',
    label: '95 % interval',
    value: (row) => row.rating_success_lower,
    files: [
      { id: 'rating_success_lower', value: (row) => row.rating_success_lower },
      { id: 'rating_success_upper', value: (row) => row.rating_success_upper },
    ],
    show: (row) => (row.rating_count === 0 ? '–' : interval(row.rating_success_lower, row.rating_success_upper)),
    numeric: true,
  },
  figure('rating_count', 'Ratings', count),
  figure('avg_rating', 'Average', stars),
];

export const FAILED: readonly Column<ModelRow>[] = [
  figure('failure_rate', 'Failed', percent),
  {
    id: 'failure_lower',
    label: 'Its interval',
    value: (row) => row.failure_lower,
    files: [
      { id: 'failure_lower', value: (row) => row.failure_lower },
      { id: 'failure_upper', value: (row) => row.failure_upper },
    ],
    show: (row) => interval(row.failure_lower, row.failure_upper),
    numeric: true,
  },
];

export const MONEY: readonly Column<ModelRow>[] = [
  amount('cost', 'Cost'),
  amount('revenue', 'Revenue'),
  amount('margin', 'Margin'),
  figure('margin_rate', 'Margin rate', percent),
  amount('cost_per_success', 'Cost per picture'),
  amount('cost_per_well_rated', 'Cost per well-rated'),
];

export const SPEED: readonly Column<ModelRow>[] = [
  figure('p50', 'p50', seconds),
  figure('p95', 'p95', seconds),
  figure('p99', 'p99', seconds),
];
