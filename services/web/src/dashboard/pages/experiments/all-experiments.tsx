import type { JSX } from 'react';
import type { List } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useMay } from '../../app/session';
import { useFilters } from '../../app/use-filters';
import { count, counted } from '../../format/numbers';
import { instant } from '../../format/time';
import { Answer } from '../../parts/answer';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Empty, Shown } from '../../parts/states';
import { Defined } from './defined';
import { NewExperiment } from './definition/new-experiment';
import type { ExperimentRow } from './rows';

const VIEWS = ['experiments'] as const;

function columnsFor(tz: string): readonly Column<ExperimentRow>[] {
  return [
    {
      id: 'experiment',
      label: 'Experiment',
      value: (row) => row.experiment,
      show: (row) => <Link to={['experiments', row.experiment]}>{row.experiment}</Link>,
      wide: true,
    },
    { id: 'arms', label: 'Arms', value: (row) => row.arms.join(' '), show: (row) => row.arms.join(', '), wide: true },
    { id: 'units', label: 'People', value: (row) => row.units, show: (row) => count(row.units), numeric: true },
    { id: 'conversions', label: 'Conversions', value: (row) => row.conversions, show: (row) => count(row.conversions), numeric: true },
    {
      id: 'first_exposure_at',
      label: 'First seen',
      value: (row) => row.first_exposure_at,
      show: (row) => instant(row.first_exposure_at, tz),
    },
    {
      id: 'last_exposure_at',
      label: 'Last seen',
      value: (row) => row.last_exposure_at,
      show: (row) => instant(row.last_exposure_at, tz),
    },
  ];
}

export function AllExperiments(): JSX.Element {
  const { filters } = useFilters();
  const mayAdminister = useMay('admin');
  const { result, address } = useRead<List<ExperimentRow>>('experiments', { limit: 200 }, { views: VIEWS });
  const columns = columnsFor(filters.tz);
  return (
    <>
      <Shown of={result} what="experiments">
        {({ data, as_of: asOf }) => (
          <>
            <Answer so="Open one to see what to do with it, and why.">
              {data.length === 0
                ? 'Nobody has taken part in an experiment yet'
                : `People take part in ${counted(data.length, 'experiment')}`}
            </Answer>
            <div className="grid">
              {mayAdminister && <Defined />}
              {data.length === 0 ? (
                <Empty title="No exposure is known">Experiments would be here as soon as people see their arms.</Empty>
              ) : (
                <Panel
                  id="experiments"
                  title="Experiments that people take part in"
                  unit="people and conversions"
                  n={counted(data.length, 'experiment')}
                  asOf={asOf}
                  columns={columns}
                  rows={data}
                  rowKey={(row) => row.experiment}
                  apiAddress={address}
                />
              )}
            </div>
          </>
        )}
      </Shown>
      {mayAdminister && <NewExperiment />}
    </>
  );
}
