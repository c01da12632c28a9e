import { useMemo, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import type { ModelRow } from '../../api/rows';
import { useEngines } from '../../app/use-engines';
import type { OnDrawn } from '../../chart/picture';
import { count, money, percent } from '../../format/numbers';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { ScatterChart } from '../../parts/scatter-chart';
import { amount, ENGINE, QUALITY } from './columns';

export interface EnginesProps {
  readonly rows: readonly ModelRow[];
  readonly asOf: AsOf | undefined;
  readonly address?: string;
}

const COLUMNS = [ENGINE, ...QUALITY, amount('cost_per_success', 'Cost per picture')];

/** Quality against cost. */
export function Comparison({ rows, asOf, address }: EnginesProps): JSX.Element {
  const { colourOf } = useEngines();
  const shown = useMemo(() => rows.filter((row) => row.rating_success_rate !== null && row.cost_per_success !== null), [rows]);
  const currencies = new Set(shown.map(({ currency }) => currency));
  const data = useMemo(
    () => ({
      points: shown.map((row) => ({
        name: row.engine,
        colour: colourOf(row.engine),
        x: row.cost_per_success ?? 0,
        y: row.rating_success_rate ?? 0,
        low: row.rating_success_lower,
        high: row.rating_success_upper,
      })),
      formatX: money(shown[0]?.currency),
      formatY: percent,
      labelX: 'cost per picture',
      labelY: 'success',
    }),
    [shown, colourOf('')],
  );
  const ratings = shown.reduce((sum, row) => sum + row.rating_count, 0);
  return (
    <Panel
      id="quality-cost"
      title="What quality costs: success of ratings against cost of a picture"
      unit={`percent of ratings, ${[...currencies].join(', ')} per picture`}
      n={`n = ${count(ratings)} ratings, 95 % Wilson intervals`}
      asOf={asOf}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.engine}
      rowsLink={
        <Link to={['ratings']} className="tool">
          Ratings
        </Link>
      }
      {...(address !== undefined && { apiAddress: address })}
      className="half"
      // Amounts of several currencies share no axis.
      {...(currencies.size === 1 && {
        draw: (onDrawn: OnDrawn) => <ScatterChart data={data} label="Success against cost per picture" onDrawn={onDrawn} />,
      })}
    />
  );
}
