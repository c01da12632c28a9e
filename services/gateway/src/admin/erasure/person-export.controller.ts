import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Inject, Post, StreamableFile } from '@nestjs/common';
import { schemaOf } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import { openPersonExport, UnknownPersonError } from '@picly/erasure';
import type { EventLog } from '@picly/event-log';
import type { PersonKeys } from '@picly/personal-data';
import { Answers, EVENT_LOG, PERSON_KEYS, POOL, ProblemError } from '@picly/platform';
import { readRequest } from '../dead-letters/requests';
import { PersonExportRequest } from './requests';

@Controller('api/analytics/admin/person-export')
export class PersonExportController {
  constructor(
    @Inject(POOL) private readonly pool: DatabasePool,
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(PERSON_KEYS) private readonly keys: PersonKeys,
  ) {}

  @Post()
  @HttpCode(200)
  @Answers({
    summary: 'Everything about one person as one JSON document: every event of theirs with all fields, and the rows that name them.',
    description: 'Their events are those erasing would destroy. Reads the whole log; the answer is streamed.',
    accepts: schemaOf(PersonExportRequest),
    body: { person: { user_id: 'ann', visits: ['visit-1'], exported_at: '2026-03-01T08:00:00.000Z' }, events: [{}], rows: { users: [{}] } },
    problems: ['not_found'],
    tag: 'erasure',
  })
  async export(@Body() body: unknown): Promise<StreamableFile> {
    const { user_id: userId } = readRequest(PersonExportRequest, body);
    try {
      const pieces = await openPersonExport({ pool: this.pool, log: this.log, keys: this.keys }, userId);
      return new StreamableFile(Readable.from(pieces), { type: 'application/json; charset=utf-8' });
    } catch (error) {
      if (error instanceof UnknownPersonError) throw new ProblemError('not_found', { detail: error.message });
      throw error;
    }
  }
}
