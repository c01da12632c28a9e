import { Controller, Get, Inject, Req } from '@nestjs/common';
import { OneOf, Text, Whole } from '@picly/contracts';
import { Answers, CONFIG, Day, ProblemError, resolveRange, SERVICE_STATE, TimeZone, ValidQuery, type ServiceState } from '@picly/platform';
import type { FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config';
import { composeDashboard } from './compose';
import type { Row } from './figures';
import { fetchParts, partPaths } from './parts';
import { COMPARISONS, compared, periodBetween, periodOf, type Comparison, type Period } from './period';

export class DashboardQuery {
  @Whole({ min: 1, max: 366 }, { optional: true, description: 'How many calendar days up to now, today among them.' })
  days: number = 30;

  @Day({ optional: true, description: 'Beginning, inclusive, instead of days: a date (in tz) or an RFC 3339 instant.' })
  from?: string;

  @Day({ optional: true, description: 'End, exclusive; now when absent.' })
  to?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only this engine; engagement is of all.' })
  engine?: string;

  @OneOf(COMPARISONS, { optional: true, description: 'What changes are against: the stretch before, a year earlier, or nothing.' })
  compare: Comparison = 'previous';

  @TimeZone({ optional: true, description: 'IANA time zone that days are counted in.' })
  tz: string = 'UTC';
}

const CHANGE = { value: 0.75, previous: 0.7, change: 0.05, change_rate: 0.071429 };
const EXAMPLE = {
  period: { days: 30, from: '2026-03-01T00:00:00.000Z', to: '2026-03-30T12:00:00.000Z', tz: 'UTC' },
  previous_period: { from: '2026-01-30T12:00:00.000Z', to: '2026-03-01T00:00:00.000Z' },
  totals: {
    generations: CHANGE,
    ratings: CHANGE,
    downloads: CHANGE,
    calls: CHANGE,
    cost: CHANGE,
    revenue: CHANGE,
    margin: CHANGE,
    pictures: CHANGE,
    margin_per_picture: { ...CHANGE, n: 1170 },
    currency: 'USD',
    amounts: [{ currency: 'USD', cost: 96, revenue: 115.2, margin: 19.2 }],
  },
  success_metrics: {
    rating_distribution: { distribution: [3, 9, 18, 33, 57], previous_distribution: [3, 9, 18, 33, 57], ...CHANGE, target: 4 },
    success_rate: { ...CHANGE, lower: 0.6656, upper: 0.8192, target: 0.7 },
    download_rate: { ...CHANGE, lower: 0.3078, upper: 0.4158 },
    time_to_rate: { ...CHANGE, n: 110, lower: 12.1, upper: 17.3, unit: 'seconds' },
    feedback_volume: { ...CHANGE, n: 120 },
    quality: { ...CHANGE, n: 64 },
  },
  engines: [{ engine: 'flux-pro', calls: 1200 }],
  movers: [{ engine: 'flux-pro', ...CHANGE, lower: 0.6656, upper: 0.8192, n: 120 }],
  top_prompts: [{ prompt: 'a fox', prompt_hash: 'a1', rating_count: 12 }],
  daily_trend: [{ day: '2026-03-01', ratings: 12, generations: 40, active_users: 7 }],
  engagement: { today: { day: '2026-03-30', active_users: 7 }, daily: [{ day: '2026-03-30', active_users: 7 }] },
  unavailable: [{ part: 'engagement', code: 'service_unavailable' }],
  as_of: { event_time: '2026-03-30T11:59:59.000Z', lag_events: 0, lag_ms: 0, at: '2026-03-30T12:00:00.000Z' },
};

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 367;

function wanted(query: DashboardQuery, nowMs: number): Period {
  const { fromMs, toMs = nowMs + 1 } = resolveRange(query);
  if (fromMs === undefined) return compared(periodOf(nowMs, query.days, query.tz), query.compare, query.tz);
  if (toMs <= fromMs || toMs - fromMs > LONGEST_DAYS * DAY_MS) {
    const message = `from and to must be in this order and at most ${LONGEST_DAYS - 1} days apart`;
    throw new ProblemError('invalid_query', { errors: [{ pointer: '/from', code: 'range', message }] });
  }
  // What has not happened yet is no part of the stretch: the one before would be longer.
  return compared(periodBetween({ fromMs, toMs: Math.max(fromMs + 1, Math.min(toMs, nowMs + 1)) }, query.tz), query.compare, query.tz);
}

/** Headers of the caller that every part must see: who asks, and what the answer must include. */
const PASSED_ON = ['authorization', 'cookie', 'x-picly-after'] as const;

@Controller('api/analytics/dashboard')
export class DashboardController {
  constructor(
    @Inject(SERVICE_STATE) private readonly state: ServiceState,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Answers({
    summary: 'Everything at a glance, each figure with its change on the stretch before, which is equally long.',
    description:
      'Put together from the read calls. A section whose service does not answer is null and named under `unavailable`. Currencies are never added: when several ' +
      'occur, cost, revenue and margin are null and stand apart in `totals.amounts`.',
    body: EXAMPLE,
    problems: ['service_unavailable', 'not_caught_up'],
  })
  async dashboard(@ValidQuery(DashboardQuery) query: DashboardQuery, @Req() request: FastifyRequest): Promise<Row> {
    if (this.state.url === undefined) throw new ProblemError('service_unavailable', { retryAfterSeconds: 1 });
    const period = wanted(query, Date.now());
    const headers = PASSED_ON.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    const parts = await fetchParts({
      base: this.state.url,
      paths: partPaths(period, { zone: query.tz, ...(query.engine !== undefined && { engine: query.engine }) }),
      headers: Object.fromEntries(headers),
      deadlineMs: this.config.DASHBOARD_DEADLINE_MS,
    });
    return composeDashboard(parts, period, query.tz);
  }
}
