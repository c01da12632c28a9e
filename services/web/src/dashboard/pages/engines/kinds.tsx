import { useMemo, type JSX } from 'react';
import type { List } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { rangeQuery } from '../../app/filters';
import { useMinute } from '../../app/now';
import { useEngines } from '../../app/use-engines';
import { useFilters } from '../../app/use-filters';
import { bothEnds } from '../../chart/export';
import type { OnDrawn } from '../../chart/picture';
import { count, money } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { EngineName } from '../../parts/engine-name';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Empty, Shown } from '../../parts/states';
import { AVERAGE, RATINGS, SUCCESS } from '../../parts/success-columns';
import { Ladders } from './ladders';
import { choiceWords, kindName, laddersOf, type KindRow } from './kind-rows';

/** It reads all generations of the time: once a minute is enough for what changes over weeks. */
const EVERY_MS = 60_000;
const MOST_KINDS = 12;

const COLUMNS: readonly Column<KindRow>[] = [
  { id: 'kind', label: 'Kind of prompt', value: (row) => row.kind, show: (row) => kindName(row.kind) },
  { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} /> },
  SUCCESS,
  RATINGS,
  AVERAGE,
  {
    id: 'cost_per_picture',
    label: 'Cost per picture',
    value: (row) => row.cost_per_picture,
    show: (row) => money(row.currency)(row.cost_per_picture),
    numeric: true,
  },
  {
    id: 'chosen_from',
    label: 'Pays from a worth of',
    value: (row) => row.chosen_from,
    show: (row) => (row.chosen_from === null ? 'never' : money(row.currency)(row.chosen_from)),
    numeric: true,
  },
  {
    id: 'chosen_from_lower',
    label: 'Interval of it',
    value: (row) => row.chosen_from_lower,
    files: bothEnds('chosen_from_lower', 'chosen_from_upper'),
    show: (row) => boundsOf(row),
    numeric: true,
  },
  { id: 'instead_of', label: 'Instead of', value: (row) => row.instead_of },
];

function boundsOf({ instead_of: before, currency, chosen_from_lower: lower, chosen_from_upper: upper }: KindRow): string {
  if (before === null) return '–';
  const format = money(currency);
  return upper === null ? `${format(lower ?? 0)} or more` : `${format(lower)}–${format(upper)}`;
}

/** Which engine for which kind of prompt, and at what worth of a picture the choice changes. */
export function Kinds(): JSX.Element {
  const { filters } = useFilters();
  const now = useMinute();
  const { names } = useEngines();
  const query = useMemo(() => rangeQuery(filters, now), [filters, now]);
  const { result, address } = useRead<List<KindRow>>('prompts/kinds', query, { views: [], everyMs: EVERY_MS });
  const rows = result.data?.data;
  const ladders = useMemo(() => laddersOf(rows ?? []), [rows]);
  return (
    <Shown of={result} what="kinds of prompt">
      {({ data, as_of: asOf }) =>
        data.length === 0 ? (
          <section className="panel" aria-label="Kinds of prompt">
            <Empty title="No prompt is known in this time">Which engine does best with which kind of prompt would be here.</Empty>
          </section>
        ) : (
          <Panel
            id="kinds"
            title="Which engine for which kind of prompt, by what a well-rated picture is worth"
            unit={`worth of a well-rated picture, ${[...new Set(ladders.map(({ currency }) => currency))].join(', ')}`}
            n={`${count(Math.min(MOST_KINDS, ladders.length))} of ${count(ladders.length)} kinds, n = ${count(data.reduce((sum, row) => sum + row.rating_count, 0))} ratings; always-valid intervals, 95 % for all pairs of ${count(names.length)} engines and all kinds together`}
            asOf={asOf}
            columns={COLUMNS}
            rows={data}
            rowKey={(row) => `${row.kind} ${row.engine}`}
            apiAddress={address}
            rowsLink={
              <Link to={['prompts']} className="tool">
                Prompts
              </Link>
            }
            {...(ladders.length > 0 && {
              draw: (onDrawn: OnDrawn) => <Ladders ladders={ladders.slice(0, MOST_KINDS)} onDrawn={onDrawn} />,
            })}
          >
            <p className="panel-says">{choiceWords(ladders)}</p>
          </Panel>
        )
      }
    </Shown>
  );
}
