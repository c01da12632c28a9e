import { ENVELOPE_FIELDS } from './event-body';
import { unitsOf } from './field';
import type { AnyEventDefinition } from './define-event';
import type { EventTimes } from './decoded-event';
import { EARLIEST_MS } from './instant';

/** A clock may be this far ahead before a time without `sent_at` counts as a lie about the future. */
const TOLERATED_AHEAD_MS = 5 * 60_000;

export type TimeProblem = {
  readonly pointer: '/occurred_at';
  readonly code: 'in_the_future' | 'after_sent_at' | 'too_long_ago';
  readonly message: string;
};

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
  const occurredAt = receivedAt - (sentAt - happenedAt);
  if (occurredAt < EARLIEST_MS) {
    return {
      pointer: '/occurred_at',
      code: 'too_long_ago',
      message: 'occurred_at must not be so long before sent_at: it falls before the year 2000',
    };
  }
  return { occurredAt, receivedAt, ...raw };
}

/** How a member of a body is stored. */
interface Storage {
  readonly name: string;
  /** What its number is multiplied with. */
  readonly factor: number;
}

/** What is not stored under its own name as it is: numbers with a unit, and the fields of the envelope, which are no data. */
type SpecialStorage = ReadonlyMap<string, Storage | 'envelope'>;

const FACTOR = { micros: 1_000_000, ms: 1_000 } as const;
const specialByBody = new WeakMap<object, SpecialStorage>();

function specialOf({ body }: AnyEventDefinition): SpecialStorage {
  let special = specialByBody.get(body);
  if (!special) {
    const units = [...unitsOf(body)].map(([name, unit]) => [name, { name: `${name}_${unit}`, factor: FACTOR[unit] }] as const);
    special = new Map<string, Storage | 'envelope'>([...ENVELOPE_FIELDS.map((name) => [name, 'envelope'] as const), ...units]);
    specialByBody.set(body, special);
  }
  return special;
}

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
  const specials = specialOf(definition);
  const data: Record<string, unknown> = {};
  for (const name in body) {
    const value = body[name];
    if (value === undefined) continue;
    const special = specials.get(name);
    if (special === undefined) data[name] = value;
    else if (special !== 'envelope') data[special.name] = Math.round(Number(value) * special.factor);
  }
  return data;
}
