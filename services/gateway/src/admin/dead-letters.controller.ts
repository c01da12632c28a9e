import { Controller, Get } from '@nestjs/common';
import { Text } from '@picly/contracts';
import { Answers, decodeCursor, encodeCursor, ListQuery, pageOf, ValidQuery, View, type ListPage } from '@picly/platform';
import { DeadLettersQueries, type DeadLetterRow } from './dead-letters.queries';

export class DeadLettersQuery extends ListQuery {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only those of this projection.' })
  projection?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only those with this cause.' })
  cause?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only those of this event.' })
  event_id?: string;
}

const EXAMPLE: DeadLetterRow = {
  id: 1,
  projection: 'prompt-analytics',
  version: 1,
  event_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
  cause: 'undecodable',
  code: 'EVENT_BODY_INVALID',
  message: 'the body is not JSON',
  topic: 'picly.rating-submitted',
  partition: 3,
  offset: 42,
  sequence: 1,
  attempts: 1,
  first_seen: '2026-03-01T08:00:00.000Z',
  last_seen: '2026-03-01T08:00:00.000Z',
};

@Controller('api/analytics/admin/dead-letters')
@View('receipts')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLettersQueries) {}

  @Get()
  @Answers({
    summary: 'Events that a projection could not fold, and those that wait behind them; the latest first.',
    row: { ...EXAMPLE },
    tag: 'operations',
  })
  async list(@ValidQuery(DeadLettersQuery) query: DeadLettersQuery): Promise<ListPage<DeadLetterRow>> {
    const [before] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['number']);
    const rows = await this.deadLetters.list({
      limit: query.limit + 1,
      ...(before !== undefined && { before }),
      ...(query.projection !== undefined && { projection: query.projection }),
      ...(query.cause !== undefined && { cause: query.cause }),
      ...(query.event_id !== undefined && { event_id: query.event_id }),
    });
    return pageOf(rows, query.limit, (last) => encodeCursor([last.id]));
  }
}
