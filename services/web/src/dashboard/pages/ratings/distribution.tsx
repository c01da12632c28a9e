import { useMemo, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import type { RatingSummaryRow } from '../../api/rows';
import { count, interval, stars } from '../../format/numbers';
import { Bars } from '../../parts/bars';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';

interface Star {
  readonly stars: number;
  readonly ratings: number;
}

const COLUMNS: readonly Column<Star>[] = [
  { id: 'stars', label: 'Stars', value: (row) => row.stars, numeric: true },
  { id: 'ratings', label: 'Ratings', value: (row) => row.ratings, show: (row) => count(row.ratings), numeric: true },
];

interface DistributionProps {
  readonly all: RatingSummaryRow;
  readonly asOf: AsOf | undefined;
  readonly address: string;
}

/** How many gave how many stars. */
export function Distribution({ all, asOf, address }: DistributionProps): JSX.Element {
  const rows = useMemo(() => all.distribution.map((ratings, i) => ({ stars: i + 1, ratings })), [all]);
  return (
    <Panel
      id="distribution"
      title="How many stars people gave"
      unit="ratings"
      n={`n = ${count(all.count)} ratings, average ${stars(all.avg)} (${interval(all.avg_lower, all.avg_upper, stars)}, Student's t)`}
      asOf={asOf}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => String(row.stars)}
      apiAddress={address}
      draw={(onDrawn) => (
        <Bars
          onDrawn={onDrawn}
          label="Ratings by stars"
          bars={[...rows]
            .reverse()
            .map((row) => ({ name: `${row.stars} ${row.stars === 1 ? 'star' : 'stars'}`, value: row.ratings, shown: count(row.ratings) }))}
        />
      )}
    />
  );
}
