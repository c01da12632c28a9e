export type SealErrorCode = 'SEAL_INVALID' | 'SEAL_BROKEN';

/**
 * A sealed part that is none of ours (`SEAL_INVALID`), or was changed, moved to another event or sealed with another
 * key (`SEAL_BROKEN`). Never retryable: the bytes will not get better. A destroyed key is no error.
 */
export class SealError extends Error {
  readonly retryable = false;
  constructor(
    readonly code: SealErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = code;
  }
}
