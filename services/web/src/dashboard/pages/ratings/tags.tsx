import type { JSX } from 'react';
import type { AsOf } from '../../api/client';
import type { RatingSummaryRow } from '../../api/rows';
import { bothEnds } from '../../chart/export';
import { count, stars } from '../../format/numbers';
import { boundedBar } from '../../parts/bounded-bar';
import { boundedColumn, STUDENT } from '../../parts/bounded-column';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { SparkBars } from '../../parts/spark-bars';
import { Empty } from '../../parts/states';

const COLUMNS: readonly Column<RatingSummaryRow>[] = [
  { id: 'tag', label: 'Tag', value: (row) => row.tag ?? '' },
  {
    id: 'distribution',
    label: '1 to 5 stars',
    value: (row) => row.distribution.join(' '),
    show: (row) => <SparkBars counts={row.distribution} />,
  },
  {
    id: 'low_rate',
    label: 'Share of low',
    value: (row) => row.low_rate,
    files: [{ id: 'low_rate', value: (row) => row.low_rate }, ...bothEnds('low_lower', 'low_upper')],
    show: boundedBar(['low_rate', 'low_lower', 'low_upper'], { domain: [0, 1], colour: 1, words: (share) => `${share} low` }),
  },
  { id: 'low_count', label: 'Low', value: (row) => row.low_count, show: (row) => count(row.low_count), numeric: true },
  { id: 'count', label: 'Ratings', value: (row) => row.count, show: (row) => count(row.count), numeric: true },
  boundedColumn(['avg', 'avg_lower', 'avg_upper', 'count'], { label: 'Average', format: stars, method: STUDENT }),
];

interface TagsProps {
  readonly rows: readonly RatingSummaryRow[];
  readonly asOf: AsOf | undefined;
  readonly address: string;
}

/** What the stars are about. */
export function Tags({ rows, asOf, address }: TagsProps): JSX.Element {
  if (rows.length === 0) {
    return (
      <section className="panel" aria-label="Tags">
        <Empty title="No rating carries a tag in this time">What praise and complaints are about would be here.</Empty>
      </section>
    );
  }
  return (
    <Panel
      id="tags"
      title="What low and high ratings are about"
      unit="ratings with the tag; low = 1 or 2 stars"
      n={`${count(rows.length)} tags, 95 % Wilson intervals`}
      asOf={asOf}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.tag ?? ''}
      apiAddress={address}
    />
  );
}
