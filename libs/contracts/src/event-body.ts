import { FreeObject, Instant, Text, Uuid } from './rules';

/** The fields every write may carry, whatever its type. */
export class EventBody {
  @Uuid({ optional: true, description: 'Idempotency key, for ever: an id counts once. Made when absent.' })
  event_id?: string;

  @Instant({ optional: true, description: 'When it happened, by the clock of the sender. The time of receipt when absent.' })
  occurred_at?: string;

  @Instant({ optional: true, description: 'When the request was sent, by the same clock: corrects its error.' })
  sent_at?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The person, as the sender names them. Personal: sealed in the log.' })
  user_id?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The visit. Personal: sealed in the log.' })
  session_id?: string;

  @FreeObject({ optional: true, description: 'Anything worth keeping beside the event. Personal: sealed in the log.' })
  context?: Record<string, unknown>;
}

/** The fields of the envelope; everything else of a body is the event's data. */
export const ENVELOPE_FIELDS = ['event_id', 'occurred_at', 'sent_at'] as const;
