import type { JSX } from 'react';
import type { AverageRating, List } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { count } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Shown } from '../../parts/states';
import { AVERAGE, RATINGS, SUCCESS, successBar } from '../../parts/success-columns';

/** The best prompt of a family of near-duplicates. */
interface Suggestion extends AverageRating {
  readonly prompt: string;
  readonly prompt_hash: string;
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly reason: string;
}

const VIEWS = ['prompt-analytics'] as const;
const FAMILIES = 10;

const COLUMNS: readonly Column<Suggestion>[] = [
  {
    id: 'prompt',
    label: 'Best of its family',
    value: (row) => row.prompt,
    show: (row) => <Link to={['prompts', row.prompt_hash]}>{row.prompt}</Link>,
    wide: true,
  },
  SUCCESS,
  successBar(),
  AVERAGE,
  RATINGS,
  { id: 'reason', label: 'Why', value: (row) => row.reason, wide: true },
];

/** What could be offered to others: one prompt for each family of similar ones. */
export function Families(): JSX.Element {
  const { filters } = useFilters();
  const query = { limit: FAMILIES, ...(filters.engine !== '' && { engine: filters.engine }) };
  const { result, address } = useRead<List<Suggestion>>('prompt-suggestions', query, { views: VIEWS });
  return (
    <Shown of={result} what="families">
      {({ data, as_of: asOf }) =>
        data.length === 0 ? null : (
          <Panel
            id="families"
            title="What to offer to others: the best prompt of each family of similar ones"
            unit="share of ratings with 4 or 5 stars"
            n={`the best ${count(data.length)} families; near-duplicates are one family`}
            asOf={asOf}
            columns={COLUMNS}
            rows={data}
            rowKey={(row) => row.prompt_hash}
            apiAddress={address}
          />
        )
      }
    </Shown>
  );
}
