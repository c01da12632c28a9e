import type { DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { applyRetention, refuseHarmfulRules, type RetentionRule } from '@picly/projections';
import type { CommonConfig } from '../config/common-config';
import { ConfigError } from '../config/define-config';
import type { Logger } from '../logging/logger';

const RULE = /^([\w.-]+)=([1-9]\d{0,5})$/;
const SWEEP_MS = 3_600_000;

export interface LogRetentionOptions {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly config: CommonConfig;
  readonly logger: Logger;
}

/** Drops old events by the rules of the configuration, if there are any; by default everything is kept for ever. */
export class LogRetention {
  private readonly rules: readonly RetentionRule[];
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  /** Throws `ConfigError`. */
  constructor(private readonly options: LogRetentionOptions) {
    this.rules = options.config.LOG_RETENTION.map(ruleOf);
  }

  /** Drops what may be dropped, now and every hour. Throws `RetentionRefusedError` naming the projections that need what a rule would drop. */
  async start(): Promise<void> {
    if (this.rules.length === 0) return;
    await refuseHarmfulRules(this.rules, this.bounds);
    this.timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
    this.sweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private get bounds(): Parameters<typeof applyRetention>[2] {
    const { pool, log, config } = this.options;
    return { sql: pool, log, overRebuilds: new Set(config.LOG_RETENTION_OVER_REBUILDS) };
  }

  private sweep(): void {
    const { logger } = this.options;
    this.sweeping = this.sweeping
      .then(() => applyRetention(this.rules, Date.now(), this.bounds))
      .then((cuts) => {
        for (const { topic, partition, offset } of cuts)
          logger.info({ topic, partition, offset }, 'events past their retention were dropped');
      })
      .catch((err: unknown) => logger.warn({ err }, 'events past their retention could not be dropped, will try again'));
  }
}

function ruleOf(text: string): RetentionRule {
  const [, topic, days] = RULE.exec(text) ?? [];
  if (topic === undefined || days === undefined)
    throw new ConfigError(['LOG_RETENTION must be topic=days, such as picly.behavior-tracked=400']);
  return { topic, days: Number(days) };
}
