/**
 * Why events are parked, by kind: stable names to list and replay by. The particular reason is the `code` beside it. Troubles of the
 * infrastructure are not among them: those make a partition wait.
 */
export const DEAD_LETTER_CAUSES = {
  undecodable: 'The bytes are no event: headers are missing or wrong, or the body is not JSON.',
  unknown_type: 'The event names a type that is not in the catalogue of this release.',
  unsupported_version: 'The event has a version that this release does not know.',
  upcast_failed: 'The event has an older version and could not be brought to the current one.',
  seal_broken: 'The personal part does not open: it was changed, moved to another event or sealed with another key.',
  fold_rejected: 'The view understands the event and refuses what it says.',
  database_rejected: 'A constraint or type of the tables of the view refuses what the event says.',
  fold_failed: 'The view stumbled over the event: a value of another shape than its code expects.',
  behind: 'The event is fine as far as is known, and waits for an earlier one of its key.',
} as const;

export type DeadLetterCause = keyof typeof DEAD_LETTER_CAUSES;

export const isDeadLetterCause = (text: string): text is DeadLetterCause => Object.hasOwn(DEAD_LETTER_CAUSES, text);

const BY_CODE: Readonly<Record<string, DeadLetterCause>> = {
  ENVELOPE_INVALID: 'undecodable',
  EVENT_BODY_INVALID: 'undecodable',
  EVENT_TYPE_UNKNOWN: 'unknown_type',
  EVENT_VERSION_UNKNOWN: 'unsupported_version',
  UPCAST_FAILED: 'upcast_failed',
  SEAL_INVALID: 'seal_broken',
  SEAL_BROKEN: 'seal_broken',
  FOLD_FAILED: 'fold_failed',
  BEHIND_DEAD_LETTER: 'behind',
};

/** The kind of a reason; codes of a view's own are its refusals. */
export function causeOf(code: string): DeadLetterCause {
  return BY_CODE[code] ?? (code.startsWith('SQL_') ? 'database_rejected' : 'fold_rejected');
}
