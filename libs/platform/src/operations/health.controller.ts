import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../auth/auth.guard';
import { Answers } from '../openapi/answers';
import { Readiness } from './readiness';

@Controller('health')
@RequireScope('public')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('live')
  @Answers({ summary: 'The process runs.', tag: 'operations', body: { status: 'ok' } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @Answers({
    summary:
      'The process can do its work: database, log and projections answer. 503 with the reasons while they do not; degraded while partitions wait for dead letters to be settled.',
    tag: 'operations',
    body: { status: 'ok', checks: { database: 'ok' } },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const answer = await this.readiness.check();
    void reply.status(answer.status === 'unavailable' ? 503 : 200).header('cache-control', 'no-store');
    return answer;
  }
}
