import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { authorize, RequireScope } from '../auth/auth.guard';
import type { Authenticator } from '../auth/authenticate';
import type { CommonConfig } from '../config/common-config';
import { Answers } from '../openapi/answers';
import { AUTHENTICATOR, CONFIG, METRICS } from '../service/tokens';

@Controller()
@RequireScope('public')
export class MetricsController {
  constructor(
    @Inject(METRICS) private readonly registry: Registry,
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
    @Inject(CONFIG) private readonly config: CommonConfig,
  ) {}

  @Get('metrics')
  @Answers({ summary: 'Figures of this process for Prometheus.', tag: 'operations', body: { type: 'string' }, mediaType: 'text/plain' })
  async metrics(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    // Behind the gateway the network is the fence; the public door asks for a key.
    if (this.authenticator.isPublicDoor && this.config.METRICS_ACCESS === 'key') await authorize(this.authenticator, request, 'read');
    void reply.header('content-type', this.registry.contentType);
    return this.registry.metrics();
  }
}
