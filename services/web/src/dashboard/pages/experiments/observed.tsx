import type { JSX } from 'react';
import type { AsOf } from '../../api/client';
import { count, percent } from '../../format/numbers';
import { Answer } from '../../parts/answer';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import type { Observed } from './rows';

interface Row {
  readonly arm: string;
  readonly units: number;
  readonly metric: string;
  readonly converted: number | null;
  readonly rate: number | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'arm', label: 'Arm', value: (row) => row.arm, wide: true },
  { id: 'metric', label: 'Conversion', value: (row) => row.metric },
  { id: 'units', label: 'People', value: (row) => row.units, show: (row) => count(row.units), numeric: true },
  { id: 'converted_units', label: 'Converted', value: (row) => row.converted, show: (row) => count(row.converted), numeric: true },
  { id: 'conversion_rate', label: 'Share', value: (row) => row.rate, show: (row) => percent(row.rate), numeric: true },
];

const rowsOf = ({ by_arm: arms }: Observed): readonly Row[] =>
  arms.flatMap(({ arm, units, metrics }): Row[] => {
    if (metrics.length === 0) return [{ arm, units, metric: '–', converted: null, rate: null }];
    return metrics.map(({ metric, converted_units: converted, conversion_rate: rate }) => ({ arm, units, metric, converted, rate }));
  });

interface ObservedProps {
  readonly observed: Observed & { readonly as_of: AsOf };
  readonly address: string;
}

/** An experiment that people see and nobody has defined. */
export function ObservedExperiment({ observed, address }: ObservedProps): JSX.Element {
  return (
    <>
      <Answer so="Define it with its metric and its guardrails, and the rule says whether it can be shipped. Until then these are counts without a comparison.">
        {observed.experiment}: {count(observed.units)} people take part, and nobody has defined what is to be shown
      </Answer>
      <Panel
        id="observed"
        title="Who saw what, and what they did"
        unit="people"
        n={`n = ${count(observed.units)} people`}
        asOf={observed.as_of}
        columns={COLUMNS}
        rows={rowsOf(observed)}
        rowKey={(row) => `${row.arm} ${row.metric}`}
        apiAddress={address}
      />
    </>
  );
}
