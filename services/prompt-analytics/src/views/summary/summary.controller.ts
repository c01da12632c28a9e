import { Controller, Get, Inject } from '@nestjs/common';
import { OneOf, Text, Whole } from '@picly/contracts';
import { Answers, listPage, RangeQuery, resolveRange, ValidQuery, View, type ListPage } from '@picly/platform';
import { ACTION_GROUPINGS, RATING_GROUPINGS, type ActionGrouping, type RatingGrouping } from './grouping.queries';
import { SummaryQueries, type ActionSummaryRow, type RatingSummaryRow } from './summary.queries';
import type { SummaryFilter } from './sums.queries';
import { ALWAYS, type Range } from './time-cover';

class EngineRangeQuery extends RangeQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;
}

export class RatingsSummaryQuery extends EngineRangeQuery {
  @OneOf(RATING_GROUPINGS, { optional: true, description: 'What makes a row; weeks and months are named by their first day.' })
  group_by: RatingGrouping = 'total';

  @Whole({ min: 1, max: 1000 }, { optional: true, description: 'Most rows when grouped by prompt.' })
  limit: number = 50;
}

export class ActionsSummaryQuery extends EngineRangeQuery {
  @OneOf(ACTION_GROUPINGS, { optional: true, description: 'What makes a row; weeks and months are named by their first day.' })
  group_by: ActionGrouping = 'total';
}

function rangeOf(query: RangeQuery): Range {
  const { fromMs, toMs } = resolveRange(query);
  return { from: fromMs ?? ALWAYS.from, to: toMs ?? ALWAYS.to };
}

function filterOf<G extends RatingGrouping>(query: EngineRangeQuery & { readonly group_by: G }): SummaryFilter<G> {
  const engine = query.engine === undefined ? {} : { engine: query.engine };
  return { range: rangeOf(query), grouping: query.group_by, timeZone: query.tz, weekStart: query.week_start, ...engine };
}

const RATING_ROW = {
  count: 120,
  avg: 4.1,
  avg_lower: 3.91,
  avg_upper: 4.29,
  distribution: [3, 9, 18, 33, 57],
  success_rate: 0.75,
  success_lower: 0.6656,
  success_upper: 0.8192,
  low_count: 12,
  low_rate: 0.1,
  low_lower: 0.0581,
  low_upper: 0.1666,
  quality_avg: 81.25,
  quality_lower: 78.2,
  quality_upper: 84.3,
  quality_count: 64,
  feedback_count: 12,
  timed_count: 110,
  median_time_to_rate: 14.5,
  median_time_to_rate_lower: 12.1,
  median_time_to_rate_upper: 17.3,
  median_time_to_rate_method: 'exact',
};

const ACTION_ROW = {
  generations: 300,
  downloads: 120,
  shares: 31,
  edits: 12,
  regenerations: 44,
  uses: 9,
  download_rate: 0.36,
  share_rate: 0.1,
  edit_rate: 0.04,
  regenerate_rate: 0.12,
  use_rate: 0.03,
  download_rate_lower: 0.3078,
  download_rate_upper: 0.4158,
};

@Controller('api/analytics')
@View('prompt-analytics')
export class SummaryController {
  constructor(@Inject(SummaryQueries) private readonly queries: SummaryQueries) {}

  @Get('ratings/summary')
  @Answers({
    summary: 'Ratings of a stretch of time, all together or by engine, time, tag or prompt',
    description:
      'Ratings count when they were given; a re-rating replaces the first. Success is 4 or 5 stars, low 1 or 2, with their 95 % Wilson bounds. Bounds of the ' +
      'means (avg, quality_avg) are 95 % Student t intervals with n - 1 degrees of freedom, within the scale; where all values are the same, those of the ' +
      'share that could still be others. Ratings whose ' +
      'generation is not known yet have engine null. median_time_to_rate, of timed_count ratings, is in seconds, by the rule of percentile_cont; above a ' +
      'million times it comes from a histogram within 1 %, and of tags with more than 200,000 times it is omitted: median_time_to_rate_method says which. ' +
      'Its 95 % bounds are order statistics, at most 2 % wider at each end; upper is null with fewer than six times.',
    row: RATING_ROW,
  })
  async ratings(@ValidQuery(RatingsSummaryQuery) query: RatingsSummaryQuery): Promise<ListPage<RatingSummaryRow>> {
    return listPage(await this.queries.ratings(filterOf(query), query.limit));
  }

  @Get('actions/summary')
  @Answers({
    summary: 'Generations and what was done with them, all together or by engine or time',
    description:
      'downloads, shares, edits, regenerations and uses are actions by when they were taken. A rate is the share of the generations made in that time ' +
      'that saw such an action at least once, whenever it was, with its 95 % Wilson bounds.',
    row: ACTION_ROW,
  })
  async actions(@ValidQuery(ActionsSummaryQuery) query: ActionsSummaryQuery): Promise<ListPage<ActionSummaryRow>> {
    return listPage(await this.queries.actions(filterOf(query)));
  }
}
