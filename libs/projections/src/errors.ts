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

/** So many events of a projection are parked that parking more would hide a disaster: the partition waits until there is room. */
export class DeadLettersFullError extends Error {
  readonly code = 'DEAD_LETTERS_FULL';
  readonly retryable = true;
  constructor(projection: string, limit: number) {
    super(`${projection} has its limit of ${limit} dead letters: settle some (picly dead-letters list), or raise DEAD_LETTER_LIMIT`);
    this.name = this.code;
  }
}

/** A person was erased after these events were decoded: they must be read anew, without that person's key. */
export class StaleKeysError extends Error {
  readonly code = 'STALE_KEYS';
  readonly retryable = true;
  constructor(projection: string) {
    super(`${projection} was about to fold events decoded with a key that is destroyed: they are read anew`);
    this.name = this.code;
  }
}

/** Whether the partitions are still this instance's is not known now: it may come to be known, so the batch is not to be given up. */
export class InDoubtError extends Error {
  readonly code = 'IN_DOUBT';
  readonly retryable = true;
  constructor(places: readonly string[]) {
    super(`nothing of ${places.join(', ')} was folded: others may have taken over`);
    this.name = this.code;
  }
}
