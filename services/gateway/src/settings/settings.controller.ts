import { Controller, Get, Inject } from '@nestjs/common';
import { Answers, CONFIG } from '@picly/platform';
import type { GatewayConfig } from '../config';

/** What is configured and decides what a page offers. */
interface Settings {
  /** Tag categories that ratings may use, in the order of the configuration. */
  readonly tags: readonly string[];
}

const EXAMPLE: Settings = { tags: ['composition', 'colors', 'details'] };

@Controller('api/analytics/settings')
export class SettingsController {
  constructor(@Inject(CONFIG) private readonly config: GatewayConfig) {}

  @Get()
  @Answers({ summary: 'Settings that pages go by: the tags that ratings may use.', body: { ...EXAMPLE }, tag: 'session' })
  settings(): Settings {
    return { tags: this.config.TAGS };
  }
}
