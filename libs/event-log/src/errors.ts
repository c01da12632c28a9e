/** Why the log could not do what was asked. Behaviour hangs on `code` and `retryable`, never on the message. */
export type LogErrorCode =
  | 'LOG_UNAVAILABLE'
  | 'LOG_TRUNCATED'
  | 'LOG_CONFIGURATION'
  | 'LOG_CLOSED'
  | 'LOG_RECORD_TOO_LARGE'
  | 'LOG_SEALED'
  | 'LOG_MOVED'
  | 'LOG_BUSY'
  | 'LOG_COPY_DIFFERS'
  | 'LOG_ARCHIVE_INVALID'
  | 'LOG_NOT_EMPTY';

export class LogError extends Error {
  constructor(
    readonly code: LogErrorCode,
    readonly retryable: boolean,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = code;
  }
}

/** The log did not confirm in time. Appended records may or may not be there: send again with the same event ids. */
export class LogUnavailableError extends LogError {
  constructor(message: string, cause?: unknown) {
    super('LOG_UNAVAILABLE', true, message, { cause });
  }
}

/** Records between a reader's position and the start of the partition are gone: an alarm, never a silent jump. */
export class LogTruncatedError extends LogError {
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly expected: number,
    readonly found: number,
  ) {
    super(
      'LOG_TRUNCATED',
      false,
      `${topic}/${partition}: expected offset ${expected}, the log begins at ${found}: ${found - expected} records are lost to this reader`,
    );
  }
}

/** The log is on its way elsewhere and takes nothing more: what asks later finds it at its new place. */
export class LogSealedError extends LogError {
  constructor() {
    super('LOG_SEALED', true, 'the log is being moved and takes no more events here');
  }
}

/** Topics exist in another form than the configuration asks for. */
export class LogConfigurationError extends LogError {
  constructor(message: string) {
    super('LOG_CONFIGURATION', false, message);
  }
}
