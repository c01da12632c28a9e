import { ProblemError } from '@picly/platform';
import type { Refusal } from '../admitted-event';
import { CommitRefusedError } from '../group-commit';

const RETRY_AFTER_SECONDS = { overloaded: 1, log_unavailable: 2, shutting_down: 2 } as const;
const WHY = {
  overloaded: 'Too many events are waiting for the event log.',
  log_unavailable: 'The event log did not confirm in time.',
  shutting_down: 'This instance is stopping.',
} as const;

/** The problem of one event that was refused. */
export function problemOf({ code, detail, errors }: Refusal, eventId: string | undefined): ProblemError {
  return new ProblemError(code, { detail, ...(errors && { errors }), ...(eventId !== undefined && { extra: { event_id: eventId } }) });
}

/** The problem of events that could not be committed now; anything else passes. Tells the ids, so that a retry counts once. */
export function unavailableOf(error: unknown, eventIds: readonly string[]): unknown {
  if (!(error instanceof CommitRefusedError)) return error;
  const isOne = eventIds.length === 1;
  return new ProblemError(error.code, {
    detail: `${WHY[error.code]} Nothing is promised of ${isOne ? 'this event' : 'these events'}: send again with the same event_id, which makes sure that it counts once.`,
    retryAfterSeconds: RETRY_AFTER_SECONDS[error.code],
    extra: isOne ? { event_id: eventIds[0] } : { event_ids: eventIds },
    cause: error.cause ?? error,
  });
}
