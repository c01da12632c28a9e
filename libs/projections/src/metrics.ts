/** What became of an event: folded, seen before, or parked as a dead letter. */
export type EventOutcome = 'folded' | 'duplicate' | 'parked';

/** Called after the fact, never on the way of an event; `projection` is `<name>@<version>`. */
export interface RunnerMetrics {
  /** Counts events: `events_folded_total{projection,outcome}`. */
  events(projection: string, outcome: EventOutcome, count: number): void;
  /** One committed transaction: its records and how long it took. */
  batch(projection: string, records: number, seconds: number): void;
  /** A batch that did not commit. `fault`: neither the data nor the infrastructure, most likely the code or its tables. `full`: too many dead letters. */
  failure(projection: string, kind: 'transient' | 'fault' | 'fenced' | 'full'): void;
}

export const NO_METRICS: RunnerMetrics = {
  events: () => undefined,
  batch: () => undefined,
  failure: () => undefined,
};

/** The lines of a runner; pino fits. Nothing personal is ever given to it. */
export interface RunnerLogger {
  info(fields: object, line: string): void;
  warn(fields: object, line: string): void;
  error(fields: object, line: string): void;
}

export const NO_LOGGER: RunnerLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };
