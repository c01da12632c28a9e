import { Eraser } from '@picly/erasure';
import {
  DeadLetterDesk,
  latestChecks,
  ProjectionKeeper,
  ProjectionRunner,
  topicsOf,
  ViewFreshness,
  type Projection,
} from '@picly/projections';
import type { Registry } from 'prom-client';
import type { Logger } from '../logging/logger';
import { checkMetrics, lagMetric, projectionMetrics } from '../operations/projection-metrics';
import { NotReadyError } from '../operations/readiness';
import type { Resources } from './resources';
import type { ServiceDefinition } from './service-definition';
import { untilAvailable } from './until-available';

export interface ProjectingOptions extends Resources {
  readonly logger: Logger;
  readonly registry: Registry;
  /** Most dead letters of a projection. */
  readonly maxDeadLetters: number;
  /** Seconds between audits. */
  readonly auditIntervalS: number;
  /** No other process uses the database. */
  readonly sole: boolean;
  /** Ends a start that waits for the log. */
  readonly signal?: AbortSignal;
}

const namesOf = (projections: readonly Projection[]): string[] => projections.map(({ name }) => name);

/** The projections of a service at work, and what its readers ask about them (and about those of others). */
export class Projecting {
  readonly freshness: ViewFreshness;
  private readonly runner: ProjectionRunner | undefined;
  private readonly keeper: ProjectionKeeper | undefined;
  private readonly desk: DeadLetterDesk;
  private readonly eraser: Eraser;
  /** The versions that are folded, of those this service has code for. */
  private live: readonly Projection[] = [];
  private running = false;

  constructor(
    definition: ServiceDefinition,
    private readonly options: ProjectingOptions,
  ) {
    const { pool, log, personKeys, logger, registry, maxDeadLetters, auditIntervalS, sole } = options;
    const { name, projections } = definition;
    if (projections.length > 0) {
      const metrics = projectionMetrics(registry);
      checkMetrics(registry, namesOf(projections), () => latestChecks(pool));
      const shared = { pool, log, personKeys, logger, metrics, maxDeadLetters };
      const topics = [...new Set(projections.flatMap(topicsOf))];
      const runner = new ProjectionRunner({ ...shared, projections: [], topics, group: `picly.${name}` });
      this.runner = runner;
      const follow = (live: readonly Projection[]): Promise<void> => {
        this.live = live;
        return runner.follow(live);
      };
      this.keeper = new ProjectionKeeper({
        ...shared,
        projections,
        runner: { follow },
        auditIntervalS,
        sole,
      });
    }
    this.desk = new DeadLetterDesk({ pool, keys: personKeys, logger, projections: () => this.live });
    this.eraser = new Eraser({ pool, log, keys: personKeys, projections, logger, sole });
    this.freshness = new ViewFreshness({ pool, log, ...(this.runner && { runner: this.runner }) });
    if (projections.length > 0) lagMetric(registry, () => this.freshness.lags(namesOf(projections)));
  }

  async start(): Promise<void> {
    const { logger, signal } = this.options;
    await this.keeper?.prepare();
    await untilAvailable(() => this.runner?.start() ?? Promise.resolve(), {
      what: 'the consumer group',
      logger,
      ...(signal && { signal }),
    });
    this.keeper?.start();
    this.desk.start();
    this.eraser.start();
    this.running = true;
  }

  /** Finishes the batches under way. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all([this.desk.stop(), this.eraser.stop(), this.keeper?.stop()]);
    await this.runner?.stop();
  }

  /** Rejects while partitions wait because too many of their events are dead letters; the code says so. */
  async checkDeadLetters(): Promise<void> {
    if ((this.runner?.full() ?? []).length > 0) throw Object.assign(new Error('too many dead letters'), { code: 'DEAD_LETTERS_FULL' });
  }

  /** Rejects while the projections do not run, or partitions of them cannot go on. */
  async check(): Promise<void> {
    if (!this.running) throw new Error('the projections do not run');
    const [halted] = this.runner?.halted() ?? [];
    if (halted !== undefined) throw new NotReadyError(`halted: ${halted}`);
  }
}
