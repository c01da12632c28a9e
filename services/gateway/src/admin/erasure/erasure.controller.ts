import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { schemaOf } from '@picly/contracts';
import { Erasures, UnknownPersonError, type ErasureReceipt } from '@picly/erasure';
import { Answers, decodeCursor, encodeCursor, ProblemError, ValidQuery } from '@picly/platform';
import { readRequest } from '../dead-letters/requests';
import { ErasuresQuery, NewErasure } from './requests';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const EXAMPLE: ErasureReceipt = {
  id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
  person: '9f0c2d4e6a8b1c3d5e7f9a0b2c4d6e8f',
  state: 'done',
  requested_at: '2026-03-01T08:00:00.000Z',
  finished_at: '2026-03-01T08:00:04.000Z',
  subjects: { users: 1, visits: 12, generations: 40 },
  keys_destroyed: 19,
  events: 431,
  dead_letters: 0,
  projections: [
    {
      projection: 'prompt-analytics',
      version: 1,
      outcome: 'refolded',
      events: 120,
      tables: { generations: { inserted: 0, updated: 80, deleted: 0 } },
    },
  ],
  storage: { vacuumed: 24, rewritten: false, old_bytes: ['prompt_analytics_v1.generations'], wal: 'overwritten', notes: [] },
  last_error: null,
};

@Controller('api/analytics/admin/erasure')
export class ErasureController {
  constructor(private readonly erasures: Erasures) {}

  @Post()
  @HttpCode(202)
  @Answers({
    summary: 'Erase a person: from the answer on no event of theirs is taken; ask for the receipt until its state is done.',
    description:
      'Destroys the key of the person, of their visits and of the generations they made, and brings every read model to what a rebuild of the log without them makes. Asked again while it is under way, it answers the same erasure.',
    accepts: schemaOf(NewErasure),
    body: { ...EXAMPLE, state: 'collecting', finished_at: null, storage: null },
    status: 202,
    problems: ['not_found'],
    tag: 'erasure',
  })
  async start(@Body() body: unknown): Promise<ErasureReceipt> {
    const { user_id: userId, scrub = false } = readRequest(NewErasure, body);
    try {
      return await this.erasures.request({ userId, scrub });
    } catch (error) {
      if (error instanceof UnknownPersonError) throw new ProblemError('not_found', { detail: error.message });
      throw error;
    }
  }

  @Get()
  @Answers({
    summary: 'The receipts of all erasures, the latest first. They name nobody.',
    body: { data: [EXAMPLE], next_cursor: null },
    tag: 'erasure',
  })
  async list(@ValidQuery(ErasuresQuery) { limit, cursor }: ErasuresQuery): Promise<object> {
    const [after] = cursor === undefined ? [undefined] : decodeCursor(cursor, ['string']);
    if (after !== undefined && !UUID.test(after)) throw new ProblemError('invalid_query', { detail: 'cursor must be one of an answer' });
    const rows = await this.erasures.list(limit + 1, after);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { data: rows.slice(0, limit), next_cursor: last ? encodeCursor([last.id]) : null };
  }

  @Get(':id')
  @Answers({ summary: 'How far an erasure has come, and what it touched.', body: { ...EXAMPLE }, problems: ['not_found'], tag: 'erasure' })
  async receipt(@Param('id') id: string): Promise<ErasureReceipt> {
    const found = UUID.test(id) ? await this.erasures.get(id) : undefined;
    if (!found) throw new ProblemError('not_found', { detail: 'there is no erasure with this id' });
    return found;
  }
}
