import { isInstant, resolveTimes, type EventTimes, type FieldError } from '@picly/contracts';

/** The three times of an event, or what is wrong with them. Times that are no instants are validation's business. */
export function checkTimes(body: Readonly<Record<string, unknown>>, receivedAt: number): EventTimes | readonly FieldError[] {
  const { occurred_at: happened, sent_at: sent } = body;
  if (happened === undefined && sent === undefined) return { occurredAt: receivedAt, receivedAt };
  const times = resolveTimes(
    {
      ...(typeof happened === 'string' && isInstant(happened) && { occurred_at: happened }),
      ...(typeof sent === 'string' && isInstant(sent) && { sent_at: sent }),
    },
    receivedAt,
  );
  return 'pointer' in times ? [times] : times;
}
