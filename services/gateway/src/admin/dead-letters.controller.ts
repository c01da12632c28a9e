import { Controller, Get, Inject, Param } from '@nestjs/common';
import { OneOf, Text } from '@picly/contracts';
import type { PersonKeys } from '@picly/personal-data';
import {
  Answers,
  decodeCursor,
  encodeCursor,
  ListQuery,
  PERSON_KEYS,
  pageOf,
  ProblemError,
  ValidQuery,
  View,
  type ListPage,
} from '@picly/platform';
import { DEAD_LETTER_CAUSES, readLetter, type DeadLetterDetails, type DeadLetterHistoryRow, type DeadLetterRow } from '@picly/projections';
import { DeadLettersQueries } from './dead-letters.queries';

export class DeadLettersQuery extends ListQuery {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only those of this projection.' })
  projection?: string;

  @OneOf(Object.keys(DEAD_LETTER_CAUSES), { optional: true, description: 'Only those with this kind of trouble.' })
  cause?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only those with this particular reason.' })
  code?: string;

  @Text({ min: 1, max: 2_000 }, { optional: true, description: 'Only those of this key.' })
  key?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only those of this event.' })
  event_id?: string;
}

export class DeadLetterHistoryQuery extends ListQuery {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only that of this projection.' })
  projection?: string;

  @OneOf(['fix', 'replay', 'discard'], { optional: true, description: 'Only this.' })
  action?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only that of this event.' })
  event_id?: string;
}

export const DEAD_LETTER_EXAMPLE: DeadLetterRow = {
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
  key: '0b6f9a52-6a0e-4a9e-9f0e-6a4a1f4f1d11',
  sequence: 1,
  attempts: 1,
  first_seen: '2026-03-01T08:00:00.000Z',
  last_seen: '2026-03-01T08:00:00.000Z',
};

const HISTORY_EXAMPLE: DeadLetterHistoryRow = {
  id: 1,
  letter: 1,
  projection: 'prompt-analytics',
  version: 1,
  event_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
  action: 'discard',
  author: 'ann',
  reason: 'a test of the widget',
  at: '2026-03-01T08:00:00.000Z',
  cause: 'undecodable',
  code: 'EVENT_BODY_INVALID',
  topic: 'picly.rating-submitted',
  partition: 3,
  offset: 42,
};

/** Everything of a filter that was given. */
function given<T extends object>(filter: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);

@Controller('api/analytics/admin/dead-letters')
@View('receipts')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLettersQueries,
    @Inject(PERSON_KEYS) private readonly keys: PersonKeys,
  ) {}

  @Get()
  @Answers({
    summary: 'Events that a projection could not fold, and those that wait behind them; the latest first.',
    row: { ...DEAD_LETTER_EXAMPLE },
    tag: 'dead letters',
  })
  async list(@ValidQuery(DeadLettersQuery) query: DeadLettersQuery): Promise<ListPage<DeadLetterRow>> {
    const [before] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['number']);
    const { projection, cause, code, key, event_id } = query;
    const rows = await this.deadLetters.list({ ...given({ projection, cause, code, key, event_id, before }), limit: query.limit + 1 });
    return pageOf(rows, query.limit, (last) => encodeCursor([last.id]));
  }

  @Get('history')
  @Answers({
    summary: 'What was done about dead letters, by whom and why; the latest first.',
    row: { ...HISTORY_EXAMPLE },
    tag: 'dead letters',
  })
  async history(@ValidQuery(DeadLetterHistoryQuery) query: DeadLetterHistoryQuery): Promise<ListPage<DeadLetterHistoryRow>> {
    const [before] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['number']);
    const { projection, action, event_id } = query;
    const rows = await this.deadLetters.history({ ...given({ projection, action, event_id, before }), limit: query.limit + 1 });
    return pageOf(rows, query.limit, (last) => encodeCursor([last.id]));
  }

  @Get(':id')
  @Answers({
    summary: 'One dead letter: what it says as far as it can be read, and the bytes and headers as they came.',
    body: {
      ...DEAD_LETTER_EXAMPLE,
      behind: 0,
      meaning: DEAD_LETTER_CAUSES.undecodable,
      content: {
        event_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
        type: 'rating-submitted',
        occurred_at: '2026-03-01T08:00:00.000Z',
        received_at: '2026-03-01T08:00:00.000Z',
        person: 'known',
        body: { generation_id: '0b6f9a52-6a0e-4a9e-9f0e-6a4a1f4f1d11', rating: 5 },
      },
      original: {
        headers: { ce_type: 'rating-submitted' },
        timestamp: '2026-03-01T08:00:00.000Z',
        text: '{"rating":',
        base64: 'eyJyYXRpbmciOg==',
      },
    },
    problems: ['not_found'],
    tag: 'dead letters',
  })
  async show(@Param('id') id: string): Promise<DeadLetterDetails> {
    const found = /^\d{1,15}$/.test(id) ? await this.deadLetters.find(Number(id)) : undefined;
    if (!found)
      throw new ProblemError('not_found', { detail: 'there is no dead letter with this id: it was settled before, or never was' });
    const { row, record } = found;
    const cause = Object.entries(DEAD_LETTER_CAUSES).find(([name]) => name === row.cause);
    return {
      ...row,
      behind: await this.deadLetters.behind(row, record.key),
      meaning: cause?.[1] ?? null,
      content: (await readLetter(record, this.keys)) ?? null,
      original: {
        headers: record.headers,
        timestamp: new Date(record.timestamp).toISOString(),
        text: isText(record.value) ? record.value.toString('utf8') : null,
        base64: record.value.toString('base64'),
      },
    };
  }
}
