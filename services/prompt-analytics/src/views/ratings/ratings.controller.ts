import { Controller, Get, Inject, Param } from '@nestjs/common';
import { OneOf, Text, Uuid, Whole } from '@picly/contracts';
import { Answers, Day, ListQuery, listPage, ProblemError, resolveRange, TimeZone, ValidQuery, View, type ListPage } from '@picly/platform';
import { ArmsSeenQueries, type Arm } from '../arms-seen/arms-seen.queries';
import { RATING_EXAMPLE, type RatingRow } from './rating-row';
import { RATING_ORDERS, RatingsQueries, type HistoryRow, type RatingOrder, type RatingsFilter } from './ratings.queries';

export class RatingsQuery extends ListQuery {
  @Uuid({ optional: true })
  generation_id?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The rater; for a generation nobody has rated, whoever made it.' })
  user_id?: string;

  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;

  @Day({ optional: true, description: 'Rated from here on (nobody has: made), inclusive: a date (in tz) or an RFC 3339 instant.' })
  from?: string;

  @Day({ optional: true, description: 'Rated before (nobody has: made): a date (in tz) or an RFC 3339 instant.' })
  to?: string;

  @TimeZone({ optional: true, description: 'IANA time zone that dates are in.' })
  tz: string = 'UTC';

  @Text({ min: 1, max: 64 }, { optional: true, description: 'Only pictures of this prompt.' })
  prompt_hash?: string;

  @Whole({ min: 1, max: 5 }, { optional: true, description: 'Only ratings of so many stars or more.' })
  min_rating?: number;

  @Whole({ min: 1, max: 5 }, { optional: true, description: 'Only ratings of so many stars or fewer.' })
  max_rating?: number;

  @Text({ min: 1, max: 100 }, { optional: true, description: 'Only ratings with this tag.' })
  tag?: string;

  @OneOf(['feedback'], { optional: true, description: 'Only ratings that came with words.' })
  has?: 'feedback';

  @OneOf(RATING_ORDERS, { optional: true, description: 'As received, the oldest first; or the newest first.' })
  order: RatingOrder = 'received';
}

/** The filters that were given. */
function filterOf(query: RatingsQuery): RatingsFilter {
  const given = {
    generationId: query.generation_id,
    userId: query.user_id,
    engine: query.engine,
    promptHash: query.prompt_hash,
    minRating: query.min_rating,
    maxRating: query.max_rating,
    tag: query.tag,
    cursor: query.cursor,
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { limit: query.limit, order: query.order, hasFeedback: query.has === 'feedback', ...resolveRange(query), ...known };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@Controller('api/analytics/ratings')
@View('prompt-analytics')
export class RatingsController {
  constructor(
    @Inject(RatingsQueries) private readonly queries: RatingsQueries,
    @Inject(ArmsSeenQueries) private readonly arms: ArmsSeenQueries,
  ) {}

  @Get()
  @View('prompt-analytics', 'arms-seen')
  @Answers({
    summary: 'Generations with their ratings and all that was done with them',
    description:
      'One row per generation and rater, and one per generation nobody has rated (left out once something of ratings is asked for), in the order in ' +
      'which they were received: what arrives late is at the end, and a cursor never skips it. cost and revenue belong to the generation: they repeat in the rows of its raters. experiment_arms are ' +
      'those the rater (whoever made it, when no rater is named) had seen first in each experiment, up to the rating.',
    row: RATING_EXAMPLE,
  })
  async list(@ValidQuery(RatingsQuery) query: RatingsQuery): Promise<ListPage<RatingRow & { readonly experiment_arms: readonly Arm[] }>> {
    const { rows, nextCursor } = await this.queries.list(filterOf(query));
    return listPage(await this.arms.withArms(rows), nextCursor);
  }

  @Get(':generation_id/history')
  @Answers({
    summary: 'Every rating a generation was ever given, the oldest first',
    row: {
      generation_id: '0190f3a1-0000-7000-8000-000000000001',
      event_id: '0190f3a1-0000-7000-8000-000000000002',
      rating: 3,
      quality_score: 60,
      tags: ['details'],
      feedback: null,
      time_to_rate: 12.5,
      rated_at: '2026-01-01T12:01:00.000Z',
      user_id: 'ann',
      session_id: null,
      current: false,
    },
    problems: ['not_found'],
  })
  async history(@Param('generation_id') generationId: string): Promise<ListPage<HistoryRow>> {
    const rows = UUID.test(generationId) ? await this.queries.history(generationId) : [];
    if (rows.length === 0) throw new ProblemError('not_found', { detail: 'nobody has rated this generation' });
    return listPage(rows);
  }
}
