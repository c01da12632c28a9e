import { useMemo, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import type { PromptRow, RatingFigures } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { count, interval, percent, points, stars } from '../../format/numbers';
import { fullDay, instant } from '../../format/time';
import { useFilters } from '../../app/use-filters';
import { Answer } from '../../parts/answer';
import type { Column } from '../../parts/data-table';
import { EngineName } from '../../parts/engine-name';
import { IntervalBar } from '../../parts/interval-bar';
import { Figure, nOf } from '../../parts/figure';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Shown } from '../../parts/states';
import { TimeChart } from '../../parts/time-chart';
import { FIGURES, PROMPT } from './columns';

interface Week extends RatingFigures {
  readonly week: string;
  readonly rating_count: number;
}
interface PerEngine extends RatingFigures {
  readonly engine: string;
  readonly rating_count: number;
  readonly avg_rating: number | null;
  readonly generations: number;
  readonly download_rate: number | null;
}
interface Tag {
  readonly tag: string;
  readonly count: number;
  readonly avg_rating: number | null;
}
interface Similar extends PromptRow {
  readonly similarity: number;
}
interface OnePromptAnswer extends PromptRow {
  readonly tags: readonly Tag[];
  readonly trend: readonly Week[];
  readonly per_engine: readonly PerEngine[];
  readonly similar: readonly Similar[];
  readonly as_of: AsOf;
}

const VIEWS = ['prompt-analytics'] as const;

const SIMILAR: readonly Column<Similar>[] = [
  { ...PROMPT, value: (row) => row.prompt },
  { id: 'similarity', label: 'Alike', value: (row) => row.similarity, show: (row) => percent(row.similarity), numeric: true },
  ...FIGURES.slice(0, 5),
];
const ENGINES: readonly Column<PerEngine>[] = [
  { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} />, wide: true },
  { id: 'success_rate', label: 'Success', value: (row) => row.success_rate, show: (row) => percent(row.success_rate), numeric: true },
  {
    id: 'success_lower',
    label: '95 % interval',
    value: (row) => row.success_lower,
    files: [
      { id: 'success_lower', value: (row) => row.success_lower },
      { id: 'success_upper', value: (row) => row.success_upper },
    ],
    show: (row) => (
      <IntervalBar
        value={row.success_rate}
        low={row.success_lower}
        high={row.success_upper}
        domain={[0, 1]}
        colour={0}
        label={`success ${percent(row.success_rate)} (${interval(row.success_lower, row.success_upper)})`}
      />
    ),
  },
  { id: 'rating_count', label: 'Ratings', value: (row) => row.rating_count, show: (row) => count(row.rating_count), numeric: true },
  { id: 'generations', label: 'Pictures', value: (row) => row.generations, show: (row) => count(row.generations), numeric: true },
];
const TAGS: readonly Column<Tag>[] = [
  { id: 'tag', label: 'Tag', value: (row) => row.tag, wide: true },
  { id: 'count', label: 'Ratings', value: (row) => row.count, show: (row) => count(row.count), numeric: true },
  { id: 'avg_rating', label: 'Average stars', value: (row) => row.avg_rating, show: (row) => stars(row.avg_rating), numeric: true },
];
const WEEKS: readonly Column<Week>[] = [
  { id: 'week', label: 'Week of', value: (row) => row.week, show: (row) => fullDay(row.week) },
  { id: 'success_rate', label: 'Success', value: (row) => row.success_rate, show: (row) => percent(row.success_rate), numeric: true },
  { id: 'success_lower', label: 'From', value: (row) => row.success_lower, show: (row) => percent(row.success_lower), numeric: true },
  { id: 'success_upper', label: 'To', value: (row) => row.success_upper, show: (row) => percent(row.success_upper), numeric: true },
  { id: 'rating_count', label: 'Ratings', value: (row) => row.rating_count, show: (row) => count(row.rating_count), numeric: true },
];

/** One prompt with its history and its neighbours. */
export function OnePrompt({ hash }: { readonly hash: string }): JSX.Element {
  const { result } = useRead<OnePromptAnswer>(`prompts/${encodeURIComponent(hash)}`, {}, { views: VIEWS });
  return (
    <>
      <p className="back">
        <Link to={['prompts']}>All prompts</Link>
      </p>
      <Shown of={result} what="the prompt">
        {(prompt) => (
          <>
            <Answer so={`“${prompt.prompt}”`}>
              Success {percent(prompt.success_rate)}{' '}
              <span className="soft">
                ({prompt.rating_count === 0 ? 'not rated yet' : interval(prompt.success_lower, prompt.success_upper)})
              </span>
            </Answer>
            <Facts prompt={prompt} />
            <div className="grid">
              <History weeks={prompt.trend} asOf={prompt.as_of} />
              <Panel
                id="prompt-engines"
                title="How well each engine does with it"
                unit="share of ratings with 4 or 5 stars"
                n={`n = ${count(prompt.rating_count)} ratings, 95 % Wilson intervals`}
                asOf={prompt.as_of}
                columns={ENGINES}
                rows={prompt.per_engine}
                rowKey={(row) => row.engine}
                className="half"
              />
              <Panel
                id="prompt-tags"
                title="What people say about its pictures"
                unit="ratings with the tag"
                asOf={prompt.as_of}
                columns={TAGS}
                rows={prompt.tags}
                rowKey={(row) => row.tag}
                className="third"
              />
              <Panel
                id="similar"
                title="Prompts that say about the same"
                unit="likeness of their words; success of their ratings"
                n={`the nearest ${count(prompt.similar.length)}`}
                asOf={prompt.as_of}
                columns={SIMILAR}
                rows={prompt.similar}
                rowKey={(row) => row.prompt_hash}
                className="two-thirds"
              />
            </div>
          </>
        )}
      </Shown>
    </>
  );
}

function Facts({ prompt }: { readonly prompt: OnePromptAnswer }): JSX.Element {
  const { filters } = useFilters();
  return (
    <dl className="figures">
      <Figure
        label="Average rating"
        value={stars(prompt.avg_rating)}
        n={nOf(prompt.rating_count, 'rating')}
        how="Mean of all its ratings."
      />
      <Figure
        label="Quality score"
        value={points(prompt.quality_avg)}
        n={nOf(prompt.quality_count, 'score')}
        how="Mean of the 0 to 100 scores."
      />
      <Figure
        label="Downloaded"
        value={percent(prompt.download_rate)}
        n={nOf(prompt.generations, 'picture')}
        how="Share of its pictures downloaded at least once."
      />
      <Figure
        label="Shared"
        value={percent(prompt.share_rate)}
        n={nOf(prompt.generations, 'picture')}
        how="Share of its pictures shared at least once."
      />
      <Figure
        label="First seen"
        value={instant(prompt.first_seen_at, filters.tz).slice(0, -10)}
        how="When the first picture of it was made."
      />
    </dl>
  );
}

function History({ weeks, asOf }: { readonly weeks: readonly Week[]; readonly asOf: AsOf }): JSX.Element {
  const days = useMemo(() => weeks.map(({ week }) => week), [weeks]);
  const series = useMemo(
    () => [
      {
        name: 'Success',
        colour: 0,
        values: weeks.map((week) => week.success_rate),
        lower: weeks.map((week) => week.success_lower),
        upper: weeks.map((week) => week.success_upper),
      },
    ],
    [weeks],
  );
  return (
    <Panel
      id="prompt-trend"
      title="Its success, week by week"
      unit="percent of ratings, weeks begin on Monday (UTC)"
      n="95 % Wilson intervals"
      asOf={asOf}
      columns={WEEKS}
      rows={weeks}
      rowKey={(row) => row.week}
      className="half"
      draw={(onCanvas) => (
        <TimeChart days={days} series={series} format={percent} unfinished fromZero={false} label="Success by week" onCanvas={onCanvas} />
      )}
    />
  );
}
