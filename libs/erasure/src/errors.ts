/** There is nothing to erase: nothing was ever sealed for this person, or it has been erased before. Never retryable. */
export class UnknownPersonError extends Error {
  readonly code = 'PERSON_UNKNOWN';
  readonly retryable = false;
  constructor(message: string) {
    super(message);
    this.name = this.code;
  }
}
