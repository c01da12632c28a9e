import { useDeferredValue, type JSX } from 'react';
import type { List, PromptRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useFilters, useParam } from '../../app/use-filters';
import { count, interval, percent } from '../../format/numbers';
import { Answer } from '../../parts/answer';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Empty, Shown } from '../../parts/states';
import { FIGURES, PROMPT } from './columns';
import { Families } from './families';

const VIEWS = ['prompt-analytics'] as const;
const SHOWN = 50;
const COLUMNS = [PROMPT, ...FIGURES];

function useTop(): ReturnType<typeof useRead<List<PromptRow>>> {
  const { filters } = useFilters();
  const [least] = useParam('min');
  const query = { limit: SHOWN, min_ratings: least === '' ? 5 : least, ...(filters.engine !== '' && { engine: filters.engine }) };
  return useRead<List<PromptRow>>('top-prompts', query, { views: VIEWS });
}

/** The best prompts, and the search for any. */
export function TopPrompts(): JSX.Element {
  const [search, setSearch] = useParam('q');
  const wanted = useDeferredValue(search.trim());
  const { result, address } = useTop();
  return (
    <>
      <Shown of={result} what="prompts">
        {({ data }) => <Headline best={data[0]} />}
      </Shown>
      <div className="row-filters">
        <label className="field search">
          <span>Search all prompts</span>
          <input
            type="search"
            value={search}
            maxLength={1000}
            placeholder="Words; the last may be unfinished"
            onChange={({ target }) => setSearch(target.value, 'replace')}
          />
        </label>
        <LeastRatings />
      </div>
      {wanted === '' ? (
        <div className="grid">
          <Families />
          <Shown of={result} what="prompts">
            {({ data, as_of: asOf, next_cursor: next }) => (
              <Panel
                id="top-prompts"
                title="Prompts that people like best, by what success is at least"
                unit="share of ratings with 4 or 5 stars"
                n={`the best ${count(data.length)}${next === null ? ', all there are' : ' of more'}; 95 % Wilson intervals; the line marks 70 %`}
                asOf={asOf}
                columns={COLUMNS}
                rows={data}
                rowKey={(row) => row.prompt_hash}
                apiAddress={address}
              />
            )}
          </Shown>
        </div>
      ) : (
        <Found wanted={wanted} />
      )}
    </>
  );
}

function Headline({ best }: { readonly best: PromptRow | undefined }): JSX.Element {
  if (best === undefined) {
    return (
      <Empty title="No prompt has ratings enough yet">
        <p>The best prompts would be here once some have the least number of ratings.</p>
        <Link to={['start']}>How to send the first event</Link>
      </Empty>
    );
  }
  return (
    <Answer so="Prompts of one family say about the same. Offer the first of each to others: prompts are ranked by what their success is at least, so few votes cannot win.">
      “{best.prompt.length > 90 ? `${best.prompt.slice(0, 90)}…` : best.prompt}” succeeds in at least {percent(best.success_lower)}{' '}
      <span className="soft">
        ({interval(best.success_lower, best.success_upper)}, n = {count(best.rating_count)})
      </span>
    </Answer>
  );
}

function LeastRatings(): JSX.Element {
  const [least, setLeast] = useParam('min');
  return (
    <label className="field">
      <span>Fewest ratings</span>
      <select value={least === '' ? '5' : least} onChange={({ target }) => setLeast(target.value === '5' ? '' : target.value)}>
        {['1', '5', '10', '50', '100'].map((n) => (
          <option key={n}>{n}</option>
        ))}
      </select>
    </label>
  );
}

function Found({ wanted }: { readonly wanted: string }): JSX.Element {
  const { result, address } = useRead<List<PromptRow>>('prompts', { search: wanted, limit: SHOWN }, { views: VIEWS });
  return (
    <Shown of={result} what="prompts">
      {({ data, as_of: asOf }) =>
        data.length === 0 ? (
          <Empty title={`No prompt has all of these words: ${wanted}`}>Try fewer words, or the beginning of one.</Empty>
        ) : (
          <Panel
            id="found-prompts"
            title={`Prompts with the words: ${wanted}`}
            unit="share of ratings with 4 or 5 stars"
            n={`the best ${count(data.length)}; 95 % Wilson intervals`}
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
