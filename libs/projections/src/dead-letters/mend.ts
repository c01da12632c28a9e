import { createHash } from 'node:crypto';
import {
  encodeEvent,
  EVENT_TYPES,
  EVENTS,
  storedData,
  topicOf,
  validateBody,
  type EventTimes,
  type EventType,
  type FieldError,
} from '@picly/contracts';
import type { LogRecord } from '@picly/event-log';
import { hasPersonal, readSealed, seal, SealError, subjectName, subjectOf, type PersonKeys } from '@picly/personal-data';

/** What stands in the place of an event from now on. */
export interface MendedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

/** The edited copy is none that a sender could have sent. */
export class MendRefusedError extends Error {
  readonly code = 'EDITED_EVENT_INVALID';
  readonly retryable = false;
  constructor(
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
    this.name = this.code;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The type of the events of a topic. */
export const typeOfTopic = (topic: string): EventType | undefined => EVENT_TYPES.find((type) => topicOf(type) === topic);

/**
 * An edited event as it belongs into the log: `body` is what a sender would send, checked against the contract as if it came now, sealed and
 * encoded in the current version. It keeps the id and the times of the original as far as those can be read.
 * @throws MendRefusedError
 */
export async function mendedEvent(
  record: LogRecord,
  body: Readonly<Record<string, unknown>>,
  keys: Pick<PersonKeys, 'ensure' | 'byRef'>,
): Promise<MendedEvent> {
  const type = typeOfTopic(record.topic);
  if (type === undefined) throw new MendRefusedError(`no event of this release belongs into ${record.topic}`);
  const errors = validateBody(EVENTS[type].body, body);
  if (errors.length > 0) throw new MendRefusedError('the edited event is not valid', errors);
  const id = idOf(record);
  const given = body['event_id'];
  if (typeof given === 'string' && given.toLowerCase() !== id) {
    throw new MendRefusedError('the id of an event cannot be changed', [
      { pointer: '/event_id', code: 'changed', message: `event_id must be ${id}, or absent` },
    ]);
  }
  const data = storedData(EVENTS[type], body);
  const sealedData = await sealedOf(type, { id, data, record }, keys);
  const encoded = encodeEvent({ id, type, ...sealedData, ...timesOf(record, body), ...fingerprintOf(record) });
  return { headers: encoded.headers, value: encoded.value };
}

/** The id it came with; one derived from its place when it has none. */
function idOf({ headers, topic, partition, offset }: LogRecord): string {
  const id = headers['ce_id'];
  if (id !== undefined && UUID.test(id)) return id.toLowerCase();
  const hex = createHash('sha256').update(`${topic}/${partition}/${offset}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function timesOf({ headers, timestamp }: LogRecord, body: Readonly<Record<string, unknown>>): EventTimes {
  const instant = (text: unknown): number | undefined => {
    const ms = typeof text === 'string' ? Date.parse(text) : NaN;
    return Number.isFinite(ms) ? ms : undefined;
  };
  const occurredAt = Math.min(timestamp, instant(body['occurred_at']) ?? instant(headers['ce_time']) ?? timestamp);
  const happenedAt = instant(headers['ce_happenedtime']);
  const sentAt = instant(headers['ce_senttime']);
  return { occurredAt, receivedAt: timestamp, ...(happenedAt !== undefined && { happenedAt }), ...(sentAt !== undefined && { sentAt }) };
}

/** Sending the original again stays the same event. */
function fingerprintOf({ headers }: LogRecord): { readonly fingerprint?: string } {
  const fingerprint = headers['ce_fingerprint'];
  return fingerprint === undefined ? {} : { fingerprint };
}

interface Draft {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly record: LogRecord;
}

async function sealedOf(
  type: EventType,
  { id, data, record }: Draft,
  keys: Pick<PersonKeys, 'ensure' | 'byRef'>,
): Promise<{ readonly data: Readonly<Record<string, unknown>>; readonly sealed?: string }> {
  const { personal } = EVENTS[type];
  const erased = await erasedSeal(record, keys);
  if (!hasPersonal(data, personal)) return { data, ...(erased !== undefined && { sealed: erased }) };
  const subject = subjectOf({ id, data });
  const key = erased === undefined ? (await keys.ensure([subject])).get(subjectName(subject)) : undefined;
  if (!key) {
    const names = personal.filter((name) => data[name] !== undefined);
    throw new MendRefusedError(`the person of this event is erased: leave out ${names.join(', ')}`);
  }
  return seal({ id, data }, personal, { kind: subject.kind, key });
}

/** The sealed part as it came, when its key is destroyed: the event stays that of a nameless somebody. */
async function erasedSeal({ value }: LogRecord, keys: Pick<PersonKeys, 'byRef'>): Promise<string | undefined> {
  try {
    const body: unknown = JSON.parse(value.toString('utf8'));
    if (typeof body !== 'object' || body === null || !('sealed' in body) || typeof body.sealed !== 'string') return undefined;
    const { ref } = readSealed(body.sealed);
    return (await keys.byRef([ref])).has(ref) ? undefined : body.sealed;
  } catch (error) {
    // What cannot be read is what is being mended.
    if (error instanceof SyntaxError || error instanceof SealError) return undefined;
    throw error;
  }
}
