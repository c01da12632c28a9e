export type RefusalCode =
  | 'PROJECTION_UNKNOWN'
  | 'VERSION_UNKNOWN'
  | 'VERSION_IN_USE'
  | 'REBUILD_RUNNING'
  | 'NOTHING_TO_CANCEL'
  | 'NOTHING_TO_ROLL_BACK_TO'
  | 'LABEL_TAKEN'
  | 'DEPLOYMENT_RUNNING';

/** What was asked for cannot be done as things are; nothing was changed. The message is a sentence for the one who asked. */
export class RebuildRefusedError extends Error {
  readonly retryable = false;
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
    this.name = code;
  }
}

export type RebuildFailureCode =
  'LOG_INCOMPLETE' | 'EVENT_INCOMPATIBLE' | 'TOO_MANY_DEAD_LETTERS' | 'FOLD_FAILED' | 'POSITIONS_NOT_REACHED' | 'VIEWS_BUSY' | 'NOT_FOLDED';

/** The work cannot be finished and trying again does not help; readers have noticed nothing. */
export class RebuildFailedError extends Error {
  readonly retryable = false;
  constructor(
    readonly code: RebuildFailureCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = code;
  }
}
