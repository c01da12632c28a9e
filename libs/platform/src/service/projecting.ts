import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Logger } from '../logging/logger';
import type { Resources } from './resources';
import type { ServiceDefinition } from './service-definition';
import type { ViewFreshness } from './view-freshness';

export interface ProjectingOptions extends Resources {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly onFatal: (reason: string, error?: Error) => void;
}

/** The projections of a service at work. */
export interface Projecting {
  readonly freshness: ViewFreshness;
  start(): Promise<void>;
  /** Finishes the batches under way. */
  stop(): Promise<void>;
  /** Rejects while the projections do not run. */
  check(): Promise<void>;
}

const nothing: Projecting = {
  freshness: {
    waitFor: () => sleep(0, true),
    asOf: () => Promise.resolve({ event_time: null, lag_events: 0, lag_ms: 0 }),
  },
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  check: () => Promise.resolve(),
};

/** Wires the runner of a service. */
export function projecting(_definition: ServiceDefinition, _options: ProjectingOptions): Projecting {
  return nothing;
}
