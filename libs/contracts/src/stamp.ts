import { ENVELOPE_FIELDS } from './event-body';
import { unitsOf } from './field';
import type { AnyEventDefinition } from './define-event';
import type { EventTimes } from './decoded-event';

/** A clock may be this far ahead before a time without `sent_at` counts as a lie about the future. */
const TOLERATED_AHEAD_MS = 5 * 60_000;

export type TimeProblem = { readonly pointer: '/occurred_at'; readonly code: 'in_the_future' | 'after_sent_at'; readonly message: string };

/**
 * When an event happened by our clock: received - (sent - happened), so that a sender's wrong clock cancels out.
 * Without `sent_at` the sender's clock is believed, up to five minutes ahead.
 */
export function resolveTimes(
  body: { readonly occurred_at?: string; readonly sent_at?: string },
  receivedAt: number,
): EventTimes | TimeProblem {
  const happenedAt = body.occurred_at === undefined ? undefined : Date.parse(body.occurred_at);
  const sentAt = body.sent_at === undefined ? undefined : Date.parse(body.sent_at);
  const raw = { ...(happenedAt !== undefined && { happenedAt }), ...(sentAt !== undefined && { sentAt }) };
  if (happenedAt === undefined) return { occurredAt: receivedAt, receivedAt, ...raw };
  if (sentAt === undefined) {
    if (happenedAt > receivedAt + TOLERATED_AHEAD_MS) {
      return { pointer: '/occurred_at', code: 'in_the_future', message: 'occurred_at must not be in the future' };
    }
    return { occurredAt: Math.min(happenedAt, receivedAt), receivedAt, ...raw };
  }
  if (happenedAt > sentAt) {
    return { pointer: '/occurred_at', code: 'after_sent_at', message: 'occurred_at must not be later than sent_at' };
  }
  return { occurredAt: receivedAt - (sentAt - happenedAt), receivedAt, ...raw };
}

const unitsByBody = new WeakMap<object, ReadonlyMap<string, 'micros' | 'ms'>>();
const FACTOR = { micros: 1_000_000, ms: 1_000 } as const;
const ENVELOPE: ReadonlySet<string> = new Set(ENVELOPE_FIELDS);

/** The inverse of `storedData`: the event as it would be sent. What the body does not declare stays as it is. */
export function sentData(definition: AnyEventDefinition, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const stored = new Map([...unitsOf(definition.body)].map(([name, unit]) => [`${name}_${unit}`, { name, factor: FACTOR[unit] }]));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const sent = stored.get(name);
      return sent && typeof value === 'number' ? [sent.name, value / sent.factor] : [name, value];
    }),
  );
}

/** The data of an event as stored: amounts in micro-units, durations in milliseconds, the envelope's fields left out. */
export function storedData(definition: AnyEventDefinition, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  let units = unitsByBody.get(definition.body);
  if (!units) unitsByBody.set(definition.body, (units = unitsOf(definition.body)));
  const data: Record<string, unknown> = {};
  for (const name in body) {
    const value = body[name];
    if (ENVELOPE.has(name) || value === undefined) continue;
    const unit = units.get(name);
    if (unit === undefined) data[name] = value;
    else data[`${name}_${unit}`] = Math.round(Number(value) * FACTOR[unit]);
  }
  return data;
}
