import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { schemaOf } from '@picly/contracts';
import { Answers, ProblemError } from '@picly/platform';
import { KeyAdministration, type KeyDescription } from './key-administration';
import { NewKey, readNewKey } from './new-key';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const EXAMPLE: KeyDescription = {
  id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
  name: 'web page',
  hint: 'pk_3fZk1',
  scopes: ['ingest:browser'],
  origins: ['https://picly.example'],
  events_per_minute: 600,
  created_at: '2026-03-01T08:00:00.000Z',
  last_used_at: '2026-03-01T08:00:00.000Z',
  revoked_at: '2026-03-01T08:00:00.000Z',
};

@Controller('api/analytics/admin/keys')
export class KeysController {
  constructor(private readonly administration: KeyAdministration) {}

  @Post()
  @HttpCode(201)
  @Answers({
    summary: 'Make a key. The answer is the only place where it is shown.',
    accepts: schemaOf(NewKey),
    body: { ...EXAMPLE, key: 'pk_...' },
    tag: 'keys',
  })
  async create(@Body() body: unknown): Promise<object> {
    const wanted = readNewKey(body);
    if (!(wanted instanceof NewKey)) throw new ProblemError('validation_failed', { errors: wanted });
    return this.administration.create(wanted);
  }

  @Get()
  @Answers({
    summary: 'All keys ever made, the latest first; never the keys themselves.',
    body: { data: [EXAMPLE], next_cursor: null },
    tag: 'keys',
  })
  async list(): Promise<object> {
    return { data: await this.administration.list(), next_cursor: null };
  }

  @Delete(':id')
  @Answers({ summary: 'Revoke a key; it stops working within a second.', body: { ...EXAMPLE }, problems: ['not_found'], tag: 'keys' })
  async revoke(@Param('id') id: string): Promise<object> {
    const revoked = UUID.test(id) ? await this.administration.revoke(id) : undefined;
    if (!revoked) throw new ProblemError('not_found', { detail: 'there is no key with this id' });
    return revoked;
  }
}
