/** The file as a whole cannot be read on; what was read before is good. */
export class SourceError extends Error {
  readonly code = 'SOURCE_UNREADABLE';
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = this.code;
  }
}
