/** Something the person at the terminal can mend; printed as one sentence, without a stack trace. */
export class UserError extends Error {
  readonly retryable = false;

  constructor(
    message: string,
    readonly code: string = 'USER_ERROR',
    readonly exitCode = 1,
  ) {
    super(message);
    this.name = code;
  }
}
