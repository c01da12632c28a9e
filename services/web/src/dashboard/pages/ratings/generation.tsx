import type { JSX, ReactNode } from 'react';
import type { List, RatingRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { count, counted, money, points, seconds } from '../../format/numbers';
import { instant } from '../../format/time';
import { Answer } from '../../parts/answer';
import { EngineName } from '../../parts/engine-name';
import { Link } from '../../parts/link';
import { Stars } from '../../parts/stars';
import { AsOfNote } from '../../parts/as-of';
import { Empty, Shown } from '../../parts/states';

interface HistoryRow {
  readonly event_id: string;
  readonly rating: number;
  readonly quality_score: number | null;
  readonly tags: readonly string[];
  readonly feedback: string | null;
  readonly time_to_rate: number | null;
  readonly rated_at: string;
  readonly user_id: string | null;
  readonly current: boolean;
}

const VIEWS = ['prompt-analytics'] as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Everything that is known of one picture. */
export function Generation({ id }: { readonly id: string }): JSX.Element {
  const isId = UUID.test(id);
  const { result } = useRead<List<RatingRow>>('ratings', { generation_id: id, limit: 100 }, { views: VIEWS, enabled: isId });
  return (
    <>
      <p className="back">
        <Link to={['ratings']}>All ratings</Link>
      </p>
      {isId ? (
        <Shown of={result} what="the picture">
          {({ data, as_of: asOf }) => {
            const [first] = data;
            return first === undefined ? (
              <Empty title="Nothing is known of this generation">Its id is in no event that was folded.</Empty>
            ) : (
              <>
                <Story row={first} raters={data} />
                <AsOfNote asOf={asOf} />
              </>
            );
          }}
        </Shown>
      ) : (
        <Empty title="This is no id of a generation">Ids are UUIDs.</Empty>
      )}
    </>
  );
}

function Story({ row, raters }: { readonly row: RatingRow; readonly raters: readonly RatingRow[] }): JSX.Element {
  const rated = raters.filter(({ rating }) => rating !== null);
  const outcome = row.success === null ? 'is not told yet' : row.success ? 'came out' : 'failed';
  const did = actionsOf(row);
  return (
    <>
      <Answer so={row.prompt ?? 'The prompt is not known (not told yet, or erased).'}>
        This picture {outcome}; {rated.length === 0 ? 'nobody has rated it' : `${counted(rated.length, 'person', 'people')} rated it`}
      </Answer>
      <div className="grid">
        <section className="panel half" aria-label="The picture">
          <h2>How it was made</h2>
          <Making row={row} />
        </section>
        <section className="panel half" aria-label="What people did">
          <h2>What people did and said</h2>
          <p>{did.length === 0 ? 'Nothing was done with it.' : did.join(', ')}</p>
          {rated.length > 0 && <History id={row.generation_id} />}
        </section>
      </div>
    </>
  );
}

function actionsOf(row: RatingRow): readonly string[] {
  const actions = [
    [row.downloads, 'download'],
    [row.shares, 'share'],
    [row.edits, 'edit'],
    [row.regenerations, 'regeneration'],
    [row.uses, 'use in a project'],
  ] as const;
  return actions.flatMap(([n, name]) => (n === 0 ? [] : [counted(n, name, name === 'use in a project' ? 'uses in projects' : `${name}s`)]));
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Making({ row }: { readonly row: RatingRow }): JSX.Element {
  const { filters } = useFilters();
  const asMoney = money(row.currency);
  return (
    <dl className="facts">
      <Fact name="Engine">
        <EngineName engine={row.engine} /> {row.model_version}
      </Fact>
      <Fact name="Made">{instant(row.occurred_at, filters.tz)}</Fact>
      <Fact name="Took">{seconds(row.response_time)}</Fact>
      <Fact name="Cost">{asMoney(row.cost)}</Fact>
      <Fact name="Revenue">{asMoney(row.revenue)}</Fact>
      {row.error !== null && <Fact name="Error">{row.error}</Fact>}
      <Fact name="By">{row.generation_user_id ?? 'not known'}</Fact>
      {row.prompt_hash !== null && (
        <Fact name="Prompt">
          <Link to={['prompts', row.prompt_hash]}>All pictures of this prompt</Link>
        </Fact>
      )}
      {row.image_url !== null && <Fact name="Image">{row.image_url}</Fact>}
      <Fact name="Id">
        <code>{row.generation_id}</code>
      </Fact>
    </dl>
  );
}

function History({ id }: { readonly id: string }): JSX.Element {
  const { filters } = useFilters();
  const { result } = useRead<List<HistoryRow>>(`ratings/${id}/history`, {}, { views: VIEWS });
  return (
    <Shown of={result} what="its ratings">
      {({ data }) => (
        <ol className="story" aria-label={`${count(data.length)} ratings, the oldest first`}>
          {data.map((one) => (
            <li key={one.event_id}>
              <div className="stream-head">
                <Stars rating={one.rating} />
                <span>{instant(one.rated_at, filters.tz)}</span>
                <span>{one.user_id ?? 'somebody'}</span>
                {!one.current && <span className="tag">replaced later</span>}
              </div>
              {one.quality_score !== null && <p>Quality {points(one.quality_score)} of 100</p>}
              {one.feedback !== null && <p className="quote">{one.feedback}</p>}
              {one.tags.length > 0 && (
                <p className="tags">
                  {one.tags.map((name) => (
                    <span key={name} className="tag">
                      {name}
                    </span>
                  ))}
                </p>
              )}
              {one.time_to_rate !== null && <p className="dim">after {seconds(one.time_to_rate)}</p>}
            </li>
          ))}
        </ol>
      )}
    </Shown>
  );
}
