import { Controller, Get, Inject, Param } from '@nestjs/common';
import { Text, Uuid } from '@picly/contracts';
import { Answers, Day, ListQuery, listPage, ProblemError, resolveRange, TimeZone, ValidQuery, View, type ListPage } from '@picly/platform';
import { RATING_EXAMPLE, type RatingRow } from './rating-row';
import { RatingsQueries, type HistoryRow } from './ratings.queries';

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
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@Controller('api/analytics/ratings')
@View('prompt-analytics')
export class RatingsController {
  constructor(@Inject(RatingsQueries) private readonly queries: RatingsQueries) {}

  @Get()
  @Answers({
    summary: 'Generations with their ratings and all that was done with them',
    description:
      'One row per generation and rater, and one per generation nobody has rated, in the order in which they were received: what arrives late is at ' +
      'the end, and a cursor never skips it. cost and revenue belong to the generation: they repeat in the rows of its raters.',
    row: RATING_EXAMPLE,
  })
  list(@ValidQuery(RatingsQuery) query: RatingsQuery): Promise<ListPage<RatingRow>> {
    const { generation_id: generationId, user_id: userId, engine, limit, cursor } = query;
    return this.queries.list({
      limit,
      ...resolveRange(query),
      ...(generationId !== undefined && { generationId }),
      ...(userId !== undefined && { userId }),
      ...(engine !== undefined && { engine }),
      ...(cursor !== undefined && { cursor }),
    });
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
