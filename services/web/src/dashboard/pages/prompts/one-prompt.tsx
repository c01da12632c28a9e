import { useMemo, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import type { AverageRating, PromptRow, RatingFigures } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { count, interval, percent, points, stars } from '../../format/numbers';
import { fullDay, instant } from '../../format/time';
import { useFilters } from '../../app/use-filters';
import { Answer } from '../../parts/answer';
import { boundedColumn, STUDENT } from '../../parts/bounded-column';
import type { Column } from '../../parts/data-table';
import { EngineName } from '../../parts/engine-name';
import { around } from '../../parts/change-words';
import { Figure, nOf } from '../../parts/figure';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Shown } from '../../parts/states';
import { AVERAGE, QUALITY_SCORE, RATINGS, SUCCESS, successBar } from '../../parts/success-columns';
import { TimeChart } from '../../parts/time-chart';
import { FIGURES, PROMPT } from './columns';

interface Week extends RatingFigures, AverageRating {
  readonly week: string;
}
interface PerEngine extends RatingFigures, AverageRating {
  readonly engine: string;
  readonly generations: number;
  readonly download_rate: number | null;
}
interface Tag extends Omit<AverageRating, 'rating_count'> {
  readonly tag: string;
  readonly count: number;
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
  ...FIGURES,
];
const ENGINES: readonly Column<PerEngine>[] = [
  { id: 'engine', label: 'Engine', value: (row) => row.engine, show: (row) => <EngineName engine={row.engine} />, wide: true },
  SUCCESS,
  successBar(),
  RATINGS,
  AVERAGE,
  QUALITY_SCORE,
  { id: 'generations', label: 'Pictures', value: (row) => row.generations, show: (row) => count(row.generations), numeric: true },
];
const TAGS: readonly Column<Tag>[] = [
  { id: 'tag', label: 'Tag', value: (row) => row.tag, wide: true },
  { id: 'count', label: 'Ratings', value: (row) => row.count, show: (row) => count(row.count), numeric: true },
  boundedColumn(['avg_rating', 'avg_rating_lower', 'avg_rating_upper', 'count'], {
    label: 'Average stars',
    format: stars,
    method: STUDENT,
  }),
];
const WEEKS: readonly Column<Week>[] = [
  { id: 'week', label: 'Week of', value: (row) => row.week, show: (row) => fullDay(row.week) },
  SUCCESS,
  RATINGS,
  AVERAGE,
  QUALITY_SCORE,
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
                (
                {prompt.rating_count === 0
                  ? 'not rated yet'
                  : `${interval(prompt.success_lower, prompt.success_upper)}, n = ${count(prompt.rating_count)}`}
                )
              </span>
            </Answer>
            <Facts prompt={prompt} />
            <div className="grid">
              <History weeks={prompt.trend} asOf={prompt.as_of} />
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
                id="prompt-engines"
                title="How well each engine does with it"
                unit="share of ratings with 4 or 5 stars"
                n={`n = ${count(prompt.rating_count)} ratings, 95 % Wilson intervals`}
                asOf={prompt.as_of}
                columns={ENGINES}
                rows={prompt.per_engine}
                rowKey={(row) => row.engine}
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
        interval={around({ value: prompt.avg_rating, lower: prompt.avg_rating_lower, upper: prompt.avg_rating_upper }, stars)}
        n={nOf(prompt.rating_count, 'rating')}
        how="Mean of all its ratings, with its 95 % interval (Student's t)."
      />
      <Figure
        label="Quality score"
        value={points(prompt.quality_avg)}
        interval={around({ value: prompt.quality_avg, lower: prompt.quality_lower, upper: prompt.quality_upper }, points)}
        n={nOf(prompt.quality_count, 'score')}
        how="Mean of the 0 to 100 scores, with its 95 % interval (Student's t)."
      />
      <Figure
        label="Downloaded"
        value={percent(prompt.download_rate)}
        interval={around({ value: prompt.download_rate, lower: prompt.download_rate_lower, upper: prompt.download_rate_upper }, percent)}
        n={nOf(prompt.generations, 'picture')}
        how="Share of its pictures downloaded at least once, with its 95 % Wilson interval."
      />
      <Figure
        label="Shared"
        value={percent(prompt.share_rate)}
        interval={around({ value: prompt.share_rate, lower: prompt.share_rate_lower, upper: prompt.share_rate_upper }, percent)}
        n={nOf(prompt.generations, 'picture')}
        how="Share of its pictures shared at least once, with its 95 % Wilson interval."
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
      className="two-thirds"
      draw={(onDrawn) => (
        <TimeChart days={days} series={series} format={percent} unfinished fromZero={false} label="Success by week" onDrawn={onDrawn} />
      )}
    />
  );
}
