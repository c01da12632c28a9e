import { Controller, Get, Inject } from '@nestjs/common';
import { Answers, ProblemError, RangeQuery, resolveRange, ValidQuery, View, type ListPage } from '@picly/platform';
import { ACTIVE } from './activity';
import { EngagementQueries, type EngagementDay, type EngagementRange } from './engagement.queries';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const LONGEST_DAYS = 3_660;

const ROW: EngagementDay = {
  day: '2026-11-22',
  active_users: 412,
  wau: 1_530,
  mau: 4_020,
  sessions: 505,
  avg_session_time: 312.5,
  events: 9_120,
  new_users: 37,
};

/** The last 30 days when nothing is asked for. */
function rangeOf(query: RangeQuery, nowMs: number): EngagementRange {
  const { fromMs, toMs = nowMs } = resolveRange(query);
  const from = fromMs ?? toMs - (DEFAULT_DAYS - 1) * DAY_MS;
  if (toMs - from > LONGEST_DAYS * DAY_MS) {
    throw new ProblemError('invalid_query', {
      errors: [{ pointer: '/from', code: 'range_too_long', message: `from and to must be at most ${LONGEST_DAYS} days apart` }],
    });
  }
  return { from: new Date(from), to: new Date(toMs), timeZone: query.tz };
}

@Controller('api/analytics/engagement')
@View('engagement', 'user-behavior')
export class EngagementController {
  constructor(@Inject(EngagementQueries) private readonly queries: EngagementQueries) {}

  @Get('daily')
  @Answers({
    summary: 'Active people by day, week and month, visits and new users',
    description: `${ACTIVE} Days are those of tz, whole; the last 30 when no range is given. The definition is in the answer.`,
    row: { ...ROW },
  })
  async daily(@ValidQuery(RangeQuery) query: RangeQuery): Promise<ListPage<EngagementDay>> {
    const rows = await this.queries.daily(rangeOf(query, Date.now()));
    return { rows, nextCursor: null, extra: { definition: { active_user: ACTIVE, wau_days: 7, mau_days: 30, tz: query.tz } } };
  }
}
