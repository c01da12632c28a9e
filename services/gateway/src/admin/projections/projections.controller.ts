import { Controller, Get, Inject } from '@nestjs/common';
import { Answers, FRESHNESS } from '@picly/platform';
import type { ProjectionStatus, ViewFreshness } from '@picly/projections';

const EXAMPLE: ProjectionStatus = {
  projection: 'prompt-analytics',
  version: 1,
  active: true,
  events_folded: 1000,
  duplicates: 0,
  dead_letters: 0,
  discarded: 0,
  lag_events: 0,
  events_per_second: 120,
  event_time: '2026-03-01T08:00:00.000Z',
  partitions: [
    {
      topic: 'picly.rating-submitted',
      partition: 3,
      position: 43,
      end: 43,
      lag: 0,
      owner: 'host',
      updated_at: '2026-03-01T08:00:00.000Z',
      last_error: null,
    },
  ],
};

@Controller('api/analytics/admin/projections')
export class ProjectionsController {
  constructor(@Inject(FRESHNESS) private readonly freshness: ViewFreshness) {}

  @Get()
  @Answers({
    summary: 'Every version of every view of all services: how far it has folded, partition by partition.',
    body: { data: [EXAMPLE], next_cursor: null },
    tag: 'operations',
  })
  async list(): Promise<object> {
    return { data: await this.freshness.status(), next_cursor: null };
  }
}
