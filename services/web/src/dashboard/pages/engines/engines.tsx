import { useMemo, type JSX } from 'react';
import type { List, ModelRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { filterQuery } from '../../app/filters';
import { useMinute } from '../../app/now';
import { useFilters } from '../../app/use-filters';
import { Link } from '../../parts/link';
import { Empty, Shown } from '../../parts/states';
import { Comparison } from './comparison';
import { EngineTable } from './engine-table';
import { Failures } from './failures';
import { Headline } from './headline';
import { Kinds } from './kinds';
import { Speed } from './speed';
import { Trend } from './trend';

const VIEWS = ['model-performance'] as const;

/** Which engine should get the next prompt? */
export default function Engines(): JSX.Element {
  const { filters } = useFilters();
  const now = useMinute();
  const query = useMemo(() => ({ ...filterQuery(filters, now), group_by: 'engine' }), [filters, now]);
  const { result, address } = useRead<List<ModelRow>>('models', query, { views: VIEWS });
  return (
    <Shown of={result} what="engines">
      {({ data: rows, as_of: asOf }) =>
        rows.length === 0 ? (
          <Empty title="No engine was called in this time">
            <p>Quality, cost and speed of every engine would be here.</p>
            <Link to={['start']}>How to send the first event</Link>
          </Empty>
        ) : (
          <>
            <Headline rows={rows} />
            <div className="grid">
              <Comparison rows={rows} asOf={asOf} address={address} />
              <Speed rows={rows} asOf={asOf} address={address} />
              <Kinds />
              <Trend />
              <Failures rows={rows} asOf={asOf} />
              <EngineTable rows={rows} asOf={asOf} address={address} />
            </div>
          </>
        )
      }
    </Shown>
  );
}
