import type { EventPosition } from '@picly/contracts';

/** A record of the log: which event stands where. */
export interface LogEntry extends EventPosition {
  readonly eventId: string;
}

/** What one view has taken in of the events of a round. */
export interface ViewContents {
  readonly view: string;
  /** Only events of these topics concern it. */
  readonly topics: readonly string[];
  readonly folded: readonly string[];
  readonly parked: readonly string[];
}

/** How often things happened to one generation: what is expected, or what a view says. */
export interface Effects {
  readonly generationId: string;
  readonly actions: number;
  readonly ratings: number;
  readonly calls: number;
}

/** Everything observed in one round, recorded while it ran and read back when all had settled. */
export interface History {
  /** Where the log says it put each event for which the caller got a 202. */
  readonly acknowledged: ReadonlyMap<string, EventPosition>;
  /** Ids of events with one key and type, each sent after the one before was acknowledged. */
  readonly sequences: readonly (readonly string[])[];
  /** The partitions in order of offset, from where they ended before the round. */
  readonly log: readonly LogEntry[];
  readonly views: readonly ViewContents[];
  readonly expected: readonly Effects[];
  readonly found: readonly Effects[];
  /** Ids behind a hole in the log: no view may fold them. */
  readonly forsaken: readonly string[];
  /** What the fault of the round found broken by itself. */
  readonly told: readonly string[];
}
