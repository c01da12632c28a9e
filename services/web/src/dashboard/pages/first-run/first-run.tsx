import { useState, type JSX, type ReactNode } from 'react';
import type { List, RatingRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { useMay, useSession } from '../../app/session';
import { Answer } from '../../parts/answer';
import { Icon } from '../../parts/icon';
import { Link } from '../../parts/link';
import { instant } from '../../format/time';
import { curlFor, exampleId, rateCurl, widgetSnippet } from './snippets';

const VIEWS = ['prompt-analytics', 'receipts'] as const;

/** The newest thing that is known of any picture. */
function useNewest(): RatingRow | undefined {
  const { result } = useRead<List<RatingRow>>('ratings', { limit: 1, order: 'newest' }, { views: VIEWS });
  return result.data?.data[0];
}

/** How do I send the first event? */
export default function FirstRun(): JSX.Element {
  const { session } = useSession();
  const mayAdminister = useMay('admin');
  const [example] = useState(() => exampleId());
  const here = window.location.origin;
  const key = session ? '<your server key>' : '';
  const browserKey = session ? '<your browser key>' : '';
  const newest = useNewest();
  const own = useOwn(example);
  return (
    <>
      <Answer so="Both lines can be pasted as they are; this page lights up when they arrive.">
        {newest === undefined
          ? 'No picture is known yet: send the first one'
          : `It works: the newest picture is ${newest.engine ? `by ${newest.engine}` : 'known by its rating'}`}
      </Answer>
      <ol className="steps">
        <Step title="1. Tell about a picture that was made" done={own !== undefined}>
          <Snippet text={curlFor(here, key, example)} />
        </Step>
        <Step title="2. Rate it" done={own !== undefined && own.rating !== null}>
          <Snippet text={rateCurl(here, key, example)} />
          {own && <Arrived row={own} />}
        </Step>
        <Step title="3. Let people rate on your own pages" done={false}>
          <Snippet text={widgetSnippet(here, browserKey)} />
          <p className="dim">
            {session
              ? mayAdminister
                ? 'Make a browser key bound to your origin under Operations; it can send but never read.'
                : 'Ask an administrator for a browser key bound to your origin; it can send but never read.'
              : 'No key is configured, so that only this machine may ask. Make keys before others shall.'}
          </p>
        </Step>
      </ol>
      <p>
        <a href="/docs">All calls of the API</a>
      </p>
    </>
  );
}

function useOwn(id: string): RatingRow | undefined {
  const { result } = useRead<List<RatingRow>>('ratings', { generation_id: id, limit: 1 }, { views: VIEWS });
  return result.data?.data[0];
}

function Step({ title, done, children }: { readonly title: string; readonly done: boolean; readonly children: ReactNode }): JSX.Element {
  return (
    <li className={done ? 'arrived' : undefined}>
      <h2>
        {title}{' '}
        {done && (
          <span className="status-good" role="status">
            ✓ arrived
          </span>
        )}
      </h2>
      {children}
    </li>
  );
}

function Snippet({ text }: { readonly text: string }): JSX.Element {
  const [word, setWord] = useState('Copy');
  const copy = async (): Promise<void> => {
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setWord(done ? 'Copied' : 'Mark it and copy it');
    setTimeout(() => setWord('Copy'), 2_000);
  };
  return (
    <>
      <pre className="snippet" tabIndex={0} aria-label="Text to copy">
        {text}
      </pre>
      <p>
        <button type="button" onClick={() => void copy()}>
          <Icon name="link" /> {word}
        </button>
      </p>
    </>
  );
}

/** Where the example went. */
function Arrived({ row }: { readonly row: RatingRow }): JSX.Element {
  const { filters } = useFilters();
  return (
    <p className="status-good">
      It was folded: made {instant(row.occurred_at, filters.tz)}
      {row.rating === null ? ', not rated yet' : `, rated ${row.rating} of 5`}.{' '}
      <Link to={['ratings', row.generation_id]}>See its story</Link>
    </p>
  );
}
