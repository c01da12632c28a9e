export type EmbeddedPostgresErrorCode = 'EMBEDDED_POSTGRES_UNSUPPORTED' | 'EMBEDDED_POSTGRES_IN_USE' | 'EMBEDDED_POSTGRES_FAILED';

/** The embedded server cannot run; the message names the remedy. */
export class EmbeddedPostgresError extends Error {
  readonly retryable = false;

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = code;
  }
}
