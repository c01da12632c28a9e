import type { ModelRow } from '../../api/rows';
import { boundedColumn, RANKS, WILSON } from '../../parts/bounded-column';
import type { Column } from '../../parts/data-table';
import { EngineName } from '../../parts/engine-name';
import { AVERAGE, QUALITY_SCORE } from '../../parts/success-columns';
import { count, money, percent, seconds } from '../../format/numbers';

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
  boundedColumn(['rating_success_rate', 'rating_success_lower', 'rating_success_upper', 'rating_count'], {
    label: 'Success',
    format: percent,
    method: WILSON,
  }),
  figure('rating_count', 'Ratings', count),
  AVERAGE,
  QUALITY_SCORE,
];

export const FAILED = boundedColumn(['failure_rate', 'failure_lower', 'failure_upper', 'calls'], {
  label: 'Failed',
  format: percent,
  method: WILSON,
});

export const MONEY: readonly Column<ModelRow>[] = [
  amount('cost', 'Cost'),
  amount('revenue', 'Revenue'),
  amount('margin', 'Margin'),
  figure('margin_rate', 'Margin rate', percent),
  amount('cost_per_success', 'Cost per picture'),
  amount('cost_per_well_rated', 'Cost per well-rated'),
];

export const SPEED: readonly Column<ModelRow>[] = [
  boundedColumn(['p50', 'p50_lower', 'p50_upper', 'calls'], { label: 'p50', format: seconds, method: RANKS }),
  boundedColumn(['p95', 'p95_lower', 'p95_upper', 'calls'], { label: 'p95', format: seconds, method: RANKS }),
  boundedColumn(['p99', 'p99_lower', 'p99_upper', 'calls'], { label: 'p99', format: seconds, method: RANKS }),
];
