import { isUnderWay, type Revision } from '@picly/experiments';
import { ProblemError, type Logger } from '@picly/platform';
import type { ExperimentWriter } from '../experiment-writer';
import type { Notifier } from '../notify/notifier';
import type { RegistryQueries } from '../registry.queries';
import { eventsOfLook } from './act';
import type { ResultsClient } from './results-client';

const HOUR_MS = 3_600_000;

export interface KeeperDeps {
  readonly registry: RegistryQueries;
  readonly writer: ExperimentWriter;
  readonly results: ResultsClient;
  readonly notifier: Notifier;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now: () => number;
}

/** Looks at running experiments as often as they ask for, keeps what the rule says, and does what it may. */
export class ExperimentKeeper {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;

  constructor(private readonly deps: KeeperDeps) {}

  start(everyMs: number): void {
    this.timer = setInterval(() => {
      this.working ??= this.round().finally(() => (this.working = undefined));
    }, everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  /** One look, whether it is due or not. Throws problems; answers the position of what was kept. */
  async look(experiment: string): Promise<string | undefined> {
    return this.lookAt(experiment, () => true);
  }

  /** Looks at all that are due, and sends what is waiting to be told. */
  async round(): Promise<void> {
    const { registry, logger, notifier } = this.deps;
    try {
      for (const { experiment, state } of await registry.latest()) {
        if (!isUnderWay(state)) continue;
        await this.lookIfDue(experiment);
      }
      await notifier.round();
    } catch (err) {
      logger.warn({ err }, 'experiments could not be looked at, will try again');
    }
  }

  private async lookIfDue(experiment: string): Promise<void> {
    const isDue = async (latest: Revision): Promise<boolean> => {
      const [last] = await this.deps.registry.decisions(experiment, 1);
      const since = last?.decided_at.getTime() ?? (await this.startedAt(experiment));
      return this.deps.now() - since >= latest.definition.look_interval_hours * HOUR_MS;
    };
    const latest = (await this.deps.registry.history(experiment)).at(-1);
    if (!latest || !(await isDue(latest))) return;
    // Another gateway may look at the same moment: asked again where only one can be.
    await this.lookAt(experiment, isDue).catch((err: unknown) => this.deps.logger.warn({ err, experiment }, 'a look failed'));
  }

  private async startedAt(experiment: string): Promise<number> {
    const started = (await this.deps.registry.history(experiment)).find(({ change }) => change === 'started');
    return started?.changedAt ?? this.deps.now();
  }

  private async lookAt(experiment: string, isWanted: (latest: Revision) => boolean | Promise<boolean>): Promise<string | undefined> {
    const { registry, writer } = this.deps;
    const seen = (await registry.history(experiment)).at(-1);
    if (!seen) throw new ProblemError('not_found', { detail: 'no experiment of this key is defined' });
    const results = await this.deps.results.of(experiment);
    return writer.write(async () => {
      const latest = (await registry.history(experiment)).at(-1);
      if (!latest || latest.revision !== results.revision) {
        throw new ProblemError('revision_conflict', { detail: 'the experiment changed while it was looked at' });
      }
      if (!(await isWanted(latest))) return [];
      return eventsOfLook(latest, results, (await registry.countDecisions(experiment)) + 1);
    });
  }
}
