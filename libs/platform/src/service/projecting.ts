import { DeadLetterDesk, ProjectionRunner, ViewFreshness } from '@picly/projections';
import type { Registry } from 'prom-client';
import type { Logger } from '../logging/logger';
import { projectionMetrics } from '../operations/projection-metrics';
import type { Resources } from './resources';
import type { ServiceDefinition } from './service-definition';
import { untilAvailable } from './until-available';

export interface ProjectingOptions extends Resources {
  readonly logger: Logger;
  readonly registry: Registry;
  /** Most dead letters of a projection. */
  readonly maxDeadLetters: number;
  /** Ends a start that waits for the log. */
  readonly signal?: AbortSignal;
}

/** The projections of a service at work, and what its readers ask about them (and about those of others). */
export class Projecting {
  readonly freshness: ViewFreshness;
  private readonly runner: ProjectionRunner | undefined;
  private readonly desk: DeadLetterDesk;
  private running = false;

  constructor(
    definition: ServiceDefinition,
    private readonly options: ProjectingOptions,
  ) {
    const { pool, log, personKeys, logger, registry, maxDeadLetters } = options;
    const { name, projections } = definition;
    if (projections.length > 0) {
      const metrics = projectionMetrics(registry);
      this.runner = new ProjectionRunner({ pool, log, personKeys, projections, group: `picly.${name}`, logger, metrics, maxDeadLetters });
    }
    this.desk = new DeadLetterDesk({ pool, keys: personKeys, logger, projections: () => projections });
    this.freshness = new ViewFreshness({ pool, log, ...(this.runner && { runner: this.runner }) });
  }

  async start(): Promise<void> {
    const { logger, signal } = this.options;
    await untilAvailable(() => this.runner?.start() ?? Promise.resolve(), {
      what: 'the consumer group',
      logger,
      ...(signal && { signal }),
    });
    this.desk.start();
    this.running = true;
  }

  /** Finishes the batches under way. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all([this.desk.stop(), this.runner?.stop()]);
  }

  /** Rejects while partitions wait because too many of their events are dead letters; the code says so. */
  async checkDeadLetters(): Promise<void> {
    if ((this.runner?.full() ?? []).length > 0) throw Object.assign(new Error('too many dead letters'), { code: 'DEAD_LETTERS_FULL' });
  }

  /** Rejects while the projections do not run. */
  check(): Promise<void> {
    return this.running ? Promise.resolve() : Promise.reject(new Error('the projections do not run'));
  }
}
