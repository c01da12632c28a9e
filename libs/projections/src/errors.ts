/**
 * Thrown by a fold that cannot make sense of an event: the event is parked, never retried. A fold judges every event by itself, before it
 * merges events: a constraint that only sees the merged row would park another event when the batches are cut differently.
 */
export class PoisonEventError extends Error {
  readonly retryable = false;
  constructor(
    /** Stable, upper case: dead letters are listed by it. */
    readonly code: string,
    /** Shown to operators: says what is wrong and never quotes personal values. */
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = code;
  }
}

/** Somebody else has claimed these partitions since: nothing of the batch was kept, and nothing may be written any more. */
export class FencedError extends Error {
  readonly code = 'FENCED';
  readonly retryable = false;
  constructor(
    readonly projection: string,
    readonly places: readonly string[],
  ) {
    super(`${projection} lost ${places.join(', ')} to another instance`);
    this.name = this.code;
  }
}
