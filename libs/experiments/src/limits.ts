/** The largest file of a finished test that is taken, bytes. */
export const IMPORT_LIMIT_BYTES = 64 * 1_048_576;
