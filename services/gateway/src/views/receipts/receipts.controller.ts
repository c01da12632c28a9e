import { Controller, Get, Param } from '@nestjs/common';
import { Answers, ProblemError, View } from '@picly/platform';
import { ReceiptLookup, type ReceiptAnswer } from './receipt-lookup';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const EXAMPLE: ReceiptAnswer = {
  event_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
  type: 'rate',
  event_type: 'rating-submitted',
  status: 'folded',
  accepted_at: '2026-03-01T08:00:00.000Z',
  occurred_at: '2026-03-01T07:59:58.000Z',
  position: 'MC4zLjQy',
  log: { topic: 'picly.rating-submitted', partition: 3, offset: 42 },
  views: [{ projection: 'prompt-analytics', version: 1, state: 'folded' }],
};

@Controller('api/analytics/events')
@View('receipts')
export class ReceiptsController {
  constructor(private readonly lookup: ReceiptLookup) {}

  @Get(':event_id')
  @Answers({
    summary: 'What became of an event: accepted when, where in the log, folded by which views, or dead-lettered and why.',
    body: { ...EXAMPLE },
    problems: ['not_found'],
    tag: 'events',
  })
  async receipt(@Param('event_id') eventId: string): Promise<ReceiptAnswer> {
    const found = UUID.test(eventId) ? await this.lookup.find(eventId.toLowerCase()) : undefined;
    if (found) return found;
    throw new ProblemError('not_found', {
      detail:
        'No event with this id is known here. One that was accepted a moment ago may not be folded yet: ask again with its position as X-Picly-After.',
    });
  }
}
