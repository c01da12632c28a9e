import { useMemo, type JSX } from 'react';
import type { Change } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { isRunning } from '../../app/filters';
import { useMinute } from '../../app/now';
import { useFilters } from '../../app/use-filters';
import { Answer } from '../../parts/answer';
import { around, changeWords, sideOf } from '../../parts/change-words';
import { Figure, nOf } from '../../parts/figure';
import { Link } from '../../parts/link';
import { SparkBars } from '../../parts/spark-bars';
import { Empty, Shown } from '../../parts/states';
import { count, money, percent, percentagePoints, points, seconds, signed, stars } from '../../format/numbers';
import { dashboardQuery, isSilent, type Dashboard } from './dashboard';
import { Movers } from './movers';
import { Trends } from './trends';

const VIEWS = ['prompt-analytics', 'model-performance', 'engagement', 'user-behavior'] as const;
const isPartial = ({ unavailable }: Dashboard): boolean => unavailable.length > 0;

/** Are pictures getting better, and does it pay? */
export default function Overview(): JSX.Element {
  const { filters } = useFilters();
  const now = useMinute();
  const query = useMemo(() => dashboardQuery(filters, now), [filters, now]);
  const { result, address } = useRead<Dashboard>('dashboard', query, { views: VIEWS, isPartial });
  return (
    <Shown of={result}>
      {(dashboard) =>
        isSilent(dashboard) ? (
          <Nothing />
        ) : (
          <>
            <Headline dashboard={dashboard} />
            {isPartial(dashboard) && (
              <p className="stale" role="status">
                Not to be had now: {dashboard.unavailable.map(({ part }) => part.replaceAll('_', ' ')).join(', ')}. This page asks again by
                itself.
              </p>
            )}
            <Metrics dashboard={dashboard} />
            <div className="grid">
              <Trends dashboard={dashboard} unfinished={isRunning(filters, now)} address={address} />
              <Movers dashboard={dashboard} />
            </div>
          </>
        )
      }
    </Shown>
  );
}

function Nothing(): JSX.Element {
  return (
    <Empty title="Nothing happened in this time">
      <p>Success, margin and their trends would be here. Choose another time, or send the first event.</p>
      <Link to={['start']}>How to send the first event</Link>
    </Empty>
  );
}

type Success = Dashboard['success_metrics']['success_rate'];

/** A change that lies within the interval may be chance, and is not called one. */
const COMPARED = {
  below: 'Pictures are better than in the stretch compared with. ',
  above: 'Pictures are worse than in the stretch compared with. ',
  within: 'Whether pictures are better than in the stretch compared with cannot be told yet. ',
} as const;

function comparedWords(success: Success): string {
  const side = sideOf(success);
  return side === null ? '' : COMPARED[side];
}

function aimWords({ lower, upper, target }: Success): string {
  const aim = (lower ?? 0) >= target ? 'above' : (upper ?? 1) < target ? 'below' : 'not yet told apart from';
  return `Success is ${aim} the target of ${percent(target)}.`;
}

function verdict({ success_metrics: { success_rate: success }, totals: { margin_per_picture: margin } }: Dashboard): string {
  const pays = margin.value === null ? '' : margin.value > 0 ? ' Pictures pay for themselves.' : ' Pictures cost more than they bring.';
  return `${comparedWords(success)}${aimWords(success)}${pays}`;
}

function Headline({ dashboard }: { readonly dashboard: Dashboard }): JSX.Element {
  const { success_metrics: metrics, totals } = dashboard;
  const { success_rate: success } = metrics;
  const facts = [success.change === null ? undefined : percentagePoints(success.change), around(success, percent)].filter(
    (fact) => fact !== undefined,
  );
  return (
    <Answer so={verdict(dashboard)}>
      Success {percent(success.value)} {facts.length > 0 && <span className="soft">({facts.join(', ')})</span>}, margin{' '}
      {money(totals.currency)(totals.margin_per_picture.value)} per image
    </Answer>
  );
}

function relative(change: Change): string | null {
  return change.change_rate === null ? null : `${signed(percent)(change.change_rate)}`;
}

function Metrics({ dashboard }: { readonly dashboard: Dashboard }): JSX.Element {
  const { success_metrics: metrics } = dashboard;
  const { rating_distribution: rating, success_rate: success, download_rate: downloads, time_to_rate: time } = metrics;
  return (
    <dl className="figures">
      <Figure
        label="Average rating"
        value={stars(rating.value)}
        change={changeWords(rating.change, signed(stars), { within: rating })}
        interval={around(rating, stars)}
        n={nOf(rating.n, 'rating')}
        target={`target ${stars(rating.target)}`}
        how="Mean of the ratings given in this time, with its 95 % interval (Student's t); a re-rating replaces the first. The bars are 1 to 5 stars."
        drawing={<SparkBars counts={rating.distribution ?? []} />}
      />
      <Figure
        label="Success"
        value={percent(success.value)}
        change={changeWords(success.change, percentagePoints, { within: success })}
        interval={around(success, percent)}
        n={nOf(success.n, 'rating')}
        target={`target ${percent(success.target)}`}
        how="Share of 4 and 5 stars among the ratings, with its 95 % Wilson interval."
      />
      <Figure
        label="Download rate"
        value={percent(downloads.value)}
        change={changeWords(downloads.change, percentagePoints, { within: downloads })}
        interval={around(downloads, percent)}
        n={nOf(downloads.n, 'generation')}
        how="Share of the generations made in this time that were downloaded at least once, with its 95 % Wilson interval."
      />
      <Figure
        label="Time to rate"
        value={seconds(time.value)}
        change={changeWords(time.change, signed(seconds), { up: 'worse', within: time })}
        interval={around(time, seconds)}
        n={nOf(time.n, 'rating')}
        how="Median time from seeing a picture to rating it."
      />
      <MoreMetrics dashboard={dashboard} />
    </dl>
  );
}

function MoreMetrics({ dashboard: { success_metrics: metrics, totals } }: { readonly dashboard: Dashboard }): JSX.Element {
  const { feedback_volume: feedback, quality } = metrics;
  const perImage = totals.margin_per_picture;
  const feedbackChange = relative(feedback);
  return (
    <>
      <Figure
        label="Feedback"
        value={count(feedback.value)}
        change={feedbackChange === null ? null : changeWords(feedback.change, () => feedbackChange)}
        n={nOf(feedback.n, 'rating')}
        how="Ratings that came with words."
      />
      <Figure
        label="Quality score"
        value={points(quality.value)}
        change={changeWords(quality.change, signed(points), { within: quality })}
        interval={around(quality, points)}
        n={nOf(quality.n, 'score')}
        how="Mean of the 0 to 100 scores that came with ratings, with its 95 % interval (Student's t)."
      />
      <Figure
        label="Margin per image"
        value={money(totals.currency)(perImage.value)}
        change={changeWords(perImage.change, signed(money(totals.currency)))}
        n={nOf(perImage.n, 'image')}
        how="Revenue less cost of all calls, by the images that came out."
      />
    </>
  );
}
