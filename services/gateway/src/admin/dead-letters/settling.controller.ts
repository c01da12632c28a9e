import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { schemaOf } from '@picly/contracts';
import { Answers, callerOf, ProblemError } from '@picly/platform';
import type { SettleOutcome } from '@picly/projections';
import type { FastifyRequest } from 'fastify';
import { DiscardRequest, FixRequest, readRequest, ReplayAllRequest, ReplayRequest } from './requests';
import { Settlement } from './settlement';

const OUTCOME: SettleOutcome = {
  folded: 3,
  duplicates: 0,
  discarded: 0,
  failures: [{ letter: 7, cause: 'fold_rejected', code: 'RATING_OUT_OF_RANGE', message: 'the rating is not between 1 and 5' }],
};

function idOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ProblemError('not_found', { detail: 'there is no dead letter with this id' });
}

function authorOf(request: FastifyRequest, said: string | undefined): string {
  const caller = callerOf(request);
  const key = caller?.kind === 'key' ? `key ${caller.key.id}` : undefined;
  if (said === undefined) return key ?? 'somebody on this machine';
  return key === undefined ? said : `${said} (${key})`;
}

@Controller('api/analytics/admin/dead-letters')
export class SettlingController {
  constructor(private readonly settlement: Settlement) {}

  @Post('replay')
  @HttpCode(200)
  @Answers({
    summary: 'Fold all queues whose first letter matches, each in its order; what still fails stays and is told.',
    accepts: schemaOf(ReplayAllRequest),
    body: { queues: 2, ...OUTCOME },
    problems: ['service_unavailable'],
    tag: 'dead letters',
  })
  replayAll(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { author, ...filter } = readRequest(ReplayAllRequest, body);
    return this.settlement.replayAll(filter, { author: authorOf(request, author), reason: null });
  }

  @Post(':id/fix')
  @HttpCode(200)
  @Answers({
    summary: 'Put an edited copy in the place of the event, and fold it and those behind it. The original is kept.',
    description:
      'The copy is checked like an event that is sent now. When it cannot be folded either, nothing is changed. It counts for every later version of the projection too.',
    accepts: schemaOf(FixRequest),
    body: { ...OUTCOME, failures: [] },
    problems: ['not_found', 'dead_letter_waits', 'dead_letter_still_fails', 'service_unavailable'],
    tag: 'dead letters',
  })
  fix(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const wanted = readRequest(FixRequest, body);
    return this.settlement.fix(idOf(id), wanted.body, { author: authorOf(request, wanted.author), reason: wanted.reason ?? null });
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Answers({
    summary: 'Fold the letter and those behind it in their order; the first that still fails stays, and all behind it.',
    accepts: schemaOf(ReplayRequest),
    body: { ...OUTCOME },
    problems: ['not_found', 'dead_letter_waits', 'service_unavailable'],
    tag: 'dead letters',
  })
  replay(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    return this.settlement.replay(idOf(id), { author: authorOf(request, readRequest(ReplayRequest, body).author), reason: null });
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Answers({
    summary: 'Leave the event out of the projection for good, with a reason; those behind it are folded.',
    accepts: schemaOf(DiscardRequest),
    body: { ...OUTCOME, discarded: 1, failures: [] },
    problems: ['not_found', 'service_unavailable'],
    tag: 'dead letters',
  })
  discard(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { author, reason } = readRequest(DiscardRequest, body);
    return this.settlement.discard(idOf(id), { author: authorOf(request, author), reason });
  }
}
