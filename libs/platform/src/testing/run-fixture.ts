import { Controller, Get, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequireScope } from '../auth/auth.guard';
import { COMMON_CONFIG } from '../config/common-config';
import { readConfig } from '../config/define-config';
import { configOrExit, runService } from '../service/run-service';

const SLOW_MS = 700;

/** A signal sent before the request is here would end the process without it. */
const tellEntered = (): void => console.log('entered');

@Controller('fixture')
@RequireScope('public')
class FixtureController {
  @Get('slow')
  async slow(): Promise<object> {
    tellEntered();
    await sleep(SLOW_MS);
    return { done: true };
  }

  @Get('stuck')
  stuck(): Promise<never> {
    tellEntered();
    return new Promise(() => undefined);
  }

  @Get('crash')
  crash(@Res() reply: FastifyReply): void {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    void reply.send({});
  }
}

@Module({ controllers: [FixtureController] })
class FixtureModule {}

// Run as a process by specs; the settings are its only argument.
const settings = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
void runService(
  { name: 'fixture', module: FixtureModule, projections: [] },
  configOrExit(() => readConfig(COMMON_CONFIG, settings)),
);
