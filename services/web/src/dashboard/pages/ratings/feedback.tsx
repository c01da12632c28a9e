import { useInfiniteQuery } from '@tanstack/react-query';
import type { JSX } from 'react';
import { apiAddress, call, type ApiError } from '../../api/client';
import type { List, RatingRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import type { Query } from '../../app/filters';
import { useFilters, useParam } from '../../app/use-filters';
import { count } from '../../format/numbers';
import { instant } from '../../format/time';
import { EngineName } from '../../parts/engine-name';
import { Link } from '../../parts/link';
import { Stars } from '../../parts/stars';
import { Empty, Failed, Loading } from '../../parts/states';

const PAGE = 12;
const WHICH = [
  { id: '', label: 'All stars', query: {} },
  { id: 'low', label: '1 and 2 stars', query: { max_rating: 2 } },
  { id: 'middle', label: '3 stars', query: { min_rating: 3, max_rating: 3 } },
  { id: 'high', label: '4 and 5 stars', query: { min_rating: 4 } },
] as const;

/** The tags that ratings may use now, and the one that is looked for. */
function useTags(chosen: string): readonly string[] {
  const { result } = useRead<{ readonly tags: readonly string[] }>('settings', {}, { views: [] });
  return [...new Set([...(result.data?.tags ?? []), ...(chosen === '' ? [] : [chosen])])];
}

function useStream(query: Query) {
  return useInfiniteQuery<List<RatingRow>, ApiError>({
    queryKey: [apiAddress('ratings', query), 'stream'],
    queryFn: ({ pageParam, signal }) => call<List<RatingRow>>(apiAddress('ratings', { ...query, cursor: pageParam as string }), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    meta: { views: ['prompt-analytics'] },
  });
}

/** What people wrote, the latest arrival first. */
export function Feedback({ query }: { readonly query: Query }): JSX.Element {
  const [which, setWhich] = useParam('stars');
  const [tag, setTag] = useParam('tag');
  const [silent, setSilent] = useParam('silent');
  const tags = useTags(tag);
  const chosen = WHICH.find(({ id }) => id === which) ?? WHICH[0];
  const asked: Query = {
    ...query,
    ...chosen.query,
    order: 'newest',
    limit: PAGE,
    min_rating: 'min_rating' in chosen.query ? chosen.query.min_rating : 1,
    ...(tag !== '' && { tag }),
    ...(silent === '' && { has: 'feedback' }),
  };
  return (
    <section className="panel half" aria-label="What people wrote">
      <header>
        <h2>What people wrote, the latest arrival first</h2>
      </header>
      <div className="row-filters">
        <label className="field">
          <span>Stars</span>
          <select value={chosen.id} onChange={({ target }) => setWhich(target.value)}>
            {WHICH.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Tag</span>
          <select value={tag} onChange={({ target }) => setTag(target.value)}>
            <option value="">Any tag</option>
            {tags.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Words</span>
          <select value={silent} onChange={({ target }) => setSilent(target.value)}>
            <option value="">With words</option>
            <option value="too">With and without</option>
          </select>
        </label>
      </div>
      <Stream query={asked} />
    </section>
  );
}

/** Ratings with what came along, page by page. */
export function Stream({ query }: { readonly query: Query }): JSX.Element {
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = useStream(query);
  if (data === undefined) return error === null ? <Loading what="feedback" /> : <Failed error={error} retry={() => void refetch()} />;
  const rows = data.pages.flatMap((page) => page.data);
  if (rows.length === 0) return <Empty title="No rating fits">Choose other stars, another tag, or another time.</Empty>;
  return (
    <>
      <ul className="stream">
        {rows.map((row) => (
          <Voice key={`${row.generation_id} ${row.user_id ?? ''} ${row.rated_at ?? ''}`} row={row} />
        ))}
      </ul>
      <footer>
        <span>{count(rows.length)} shown</span>
        <span className="panel-tools">
          <a className="tool" href={apiAddress('ratings', { ...query, limit: 1_000, format: 'csv' })} download>
            CSV
          </a>
          {hasNextPage && (
            <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </button>
          )}
        </span>
      </footer>
    </>
  );
}

function Voice({ row }: { readonly row: RatingRow }): JSX.Element {
  const { filters } = useFilters();
  return (
    <li>
      <div className="stream-head">
        <Stars rating={row.rating ?? 0} />
        <span>rated {instant(row.rated_at, filters.tz)}</span>
        <EngineName engine={row.engine} />
        <Link to={['ratings', row.generation_id]}>Its story</Link>
      </div>
      {row.feedback !== null && <p className="quote">{row.feedback}</p>}
      {row.tags.length > 0 && (
        <p className="tags">
          {row.tags.map((name) => (
            <span key={name} className="tag">
              {name}
            </span>
          ))}
        </p>
      )}
      {row.prompt !== null && row.prompt_hash !== null && (
        <p className="dim">
          <Link to={['prompts', row.prompt_hash]}>{row.prompt.length > 120 ? `${row.prompt.slice(0, 120)}…` : row.prompt}</Link>
        </p>
      )}
    </li>
  );
}
