import { Controller, Get, Inject } from '@nestjs/common';
import { OneOf, Text } from '@picly/contracts';
import {
  Answers,
  Day,
  decodeCursor,
  encodeCursor,
  listPage,
  ListQuery,
  resolveRange,
  TimeZone,
  ValidQuery,
  View,
  type ListPage,
} from '@picly/platform';
import {
  BEHAVIOR_GROUPINGS,
  BehaviorQueries,
  type BehaviorFact,
  type BehaviorFilter,
  type BehaviorGrouping,
  type BehaviorSummary,
} from './behavior.queries';

const FACT = {
  event_id: '0193b2a4-1111-7222-8333-444455556666',
  session_id: 'session_123',
  user_id: 'user-42',
  action: 'button_click',
  page: '/generator',
  details: { button: 'generate' },
  device: { type: 'desktop', browser: 'Chrome', os: 'Windows', screen: '1920x1080' },
  device_category: 'desktop',
  browser: 'Chrome',
  os: 'Windows',
  screen: '1920x1080',
  time: 5,
  occurred_at: '2026-11-22T12:00:00.000Z',
};

const SUMMARY = {
  group: 'button_click',
  events: 5_120,
  share: 0.61,
  sessions: 840,
  users: 402,
  avg_time: 4.2,
  first_at: '2026-11-01T00:00:04.000Z',
  last_at: '2026-11-22T12:00:00.000Z',
};

class BehaviorQuery extends ListQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  action?: string;

  @Text({ max: 2_000 }, { optional: true })
  page?: string;

  @Text({ min: 1, max: 200 }, { optional: true })
  session_id?: string;

  @Text({ min: 1, max: 200 }, { optional: true })
  user_id?: string;

  @Day({ optional: true, description: 'Beginning, inclusive: a date (in tz) or an RFC 3339 instant.' })
  from?: string;

  @Day({ optional: true, description: 'End, exclusive: a date (in tz) or an RFC 3339 instant.' })
  to?: string;

  @TimeZone({ optional: true, description: 'IANA time zone of the dates.' })
  tz: string = 'UTC';
}

class SummaryQuery extends BehaviorQuery {
  @OneOf(BEHAVIOR_GROUPINGS, { optional: true, description: 'What makes a row.' })
  group_by: BehaviorGrouping = 'action';
}

function filterOf(query: BehaviorQuery): BehaviorFilter {
  const { fromMs, toMs } = resolveRange(query);
  return {
    ...(query.action !== undefined && { action: query.action }),
    ...(query.page !== undefined && { page: query.page }),
    ...(query.session_id !== undefined && { sessionId: query.session_id }),
    ...(query.user_id !== undefined && { userId: query.user_id }),
    ...(fromMs !== undefined && { from: new Date(fromMs) }),
    ...(toMs !== undefined && { to: new Date(toMs) }),
  };
}

@Controller('api/analytics/behavior')
@View('user-behavior')
export class BehaviorController {
  constructor(@Inject(BehaviorQueries) private readonly queries: BehaviorQueries) {}

  @Get('events')
  @Answers({
    summary: 'Interactions as facts',
    description:
      'In the order in which they became known, so that whoever goes on never misses one that comes late. from and to are about occurred_at.',
    row: FACT,
  })
  async events(@ValidQuery(BehaviorQuery) query: BehaviorQuery): Promise<ListPage<BehaviorFact>> {
    const [after] = query.cursor === undefined ? [0] : decodeCursor(query.cursor, ['number']);
    const page = await this.queries.events(filterOf(query), query.limit, after);
    return listPage(page.rows, page.next === undefined ? null : encodeCursor([page.next]));
  }

  @Get('summary')
  @Answers({ summary: 'Interactions by action, page, device, browser, system or screen, the most frequent first', row: SUMMARY })
  async summary(@ValidQuery(SummaryQuery) query: SummaryQuery): Promise<ListPage<BehaviorSummary>> {
    return listPage(await this.queries.summary(filterOf(query), query.group_by, query.limit));
  }
}
