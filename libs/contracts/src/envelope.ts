import { EVENTS, isEventType, type EventType } from './catalogue';
import type { EventTimes } from './decoded-event';

/** An event on its way into the log: personal fields already sealed into `sealed`. */
export interface SealedEvent extends EventTimes {
  readonly id: string;
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
  /** `<kind>.<ref>.<ciphertext>`, absent when the event has no personal field. */
  readonly sealed?: string;
  /** Keyed digest of the body as sent (see `DecodedEvent`). */
  readonly fingerprint?: string;
}

/** What a record of the log consists of, apart from its place. */
export interface EncodedEvent {
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

export type EnvelopeErrorCode = 'ENVELOPE_INVALID' | 'EVENT_TYPE_UNKNOWN' | 'EVENT_VERSION_UNKNOWN' | 'EVENT_BODY_INVALID';

/** A record that is no event of ours. Never retryable: the bytes will not get better. */
export class EnvelopeError extends Error {
  readonly retryable = false;
  constructor(
    readonly code: EnvelopeErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = code;
  }
}

const SOURCE = '/picly/gateway';

let lastMs = Number.NaN;
let lastText = '';

/** The events of one request mostly have one time: the latest text is kept. */
function isoOf(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

/** CloudEvents 1.0, Kafka binary mode: attributes in `ce_*` headers, the data as the JSON body. */
export function encodeEvent(event: SealedEvent): EncodedEvent {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: SOURCE,
    ce_type: event.type,
    ce_time: isoOf(event.occurredAt),
    ce_dataversion: String(EVENTS[event.type].version),
    'content-type': 'application/json',
  };
  if (event.happenedAt !== undefined) headers['ce_happenedtime'] = isoOf(event.happenedAt);
  if (event.sentAt !== undefined) headers['ce_senttime'] = isoOf(event.sentAt);
  if (event.fingerprint !== undefined) headers['ce_fingerprint'] = event.fingerprint;
  return { value: Buffer.from(bodyOf(event), 'utf8'), headers, timestamp: event.receivedAt };
}

/** The data as JSON with what is sealed as its last member, which needs no escaping: it is most of the bytes. */
function bodyOf({ data, sealed }: SealedEvent): string {
  const open = JSON.stringify(data);
  if (sealed === undefined) return open;
  return `${open.slice(0, -1)}${open === '{}' ? '' : ','}"sealed":"${sealed}"}`;
}

function instant(headers: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = headers[name];
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) throw new EnvelopeError('ENVELOPE_INVALID', `header ${name} is not an instant`);
  return ms;
}

function parseBody(value: Buffer): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(value.toString('utf8'));
  } catch (cause) {
    throw new EnvelopeError('EVENT_BODY_INVALID', 'the body is not JSON', { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new EnvelopeError('EVENT_BODY_INVALID', 'the body is not an object');
  return body as Record<string, unknown>;
}

function upcast(type: EventType, from: number, data: Record<string, unknown>): Record<string, unknown> {
  const definition = EVENTS[type];
  const upcasts: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>> = definition.upcasts;
  let current = data;
  for (let version = from; version < definition.version; version++) {
    const step = upcasts[version];
    if (!step) throw new EnvelopeError('EVENT_VERSION_UNKNOWN', `${type} has no upcast from version ${version}`);
    current = step(current);
  }
  return current;
}

interface Identity {
  readonly id: string;
  readonly type: EventType;
  readonly version: number;
}

function identityOf(headers: Readonly<Record<string, string>>): Identity {
  const id = headers['ce_id'];
  const type = headers['ce_type'];
  if (id === undefined || type === undefined) throw new EnvelopeError('ENVELOPE_INVALID', 'header ce_id or ce_type is missing');
  if (!isEventType(type)) throw new EnvelopeError('EVENT_TYPE_UNKNOWN', 'the event type is not in the catalogue');
  const version = Number(headers['ce_dataversion']);
  if (!Number.isInteger(version) || version < 1 || version > EVENTS[type].version) {
    throw new EnvelopeError('EVENT_VERSION_UNKNOWN', `${type} is known up to version ${EVENTS[type].version}`);
  }
  return { id, type, version };
}

/** Reads what `encodeEvent` wrote, in any version ever written. Throws `EnvelopeError`. */
export function decodeEvent(record: EncodedEvent): SealedEvent {
  const { headers } = record;
  const { id, type, version } = identityOf(headers);
  const occurredAt = instant(headers, 'ce_time');
  if (occurredAt === undefined) throw new EnvelopeError('ENVELOPE_INVALID', 'header ce_time is missing');
  const body = parseBody(record.value);
  const sealed = body['sealed'];
  if (sealed !== undefined && typeof sealed !== 'string') throw new EnvelopeError('EVENT_BODY_INVALID', 'sealed is not text');
  // The last member that was written: to take it away is cheaper than to copy the others.
  delete body['sealed'];
  const event: Draft = { id, type, data: upcast(type, version, body), occurredAt, receivedAt: record.timestamp };
  if (sealed !== undefined) event.sealed = sealed;
  const happenedAt = instant(headers, 'ce_happenedtime');
  if (happenedAt !== undefined) event.happenedAt = happenedAt;
  const sentAt = instant(headers, 'ce_senttime');
  if (sentAt !== undefined) event.sentAt = sentAt;
  const fingerprint = headers['ce_fingerprint'];
  if (fingerprint !== undefined) event.fingerprint = fingerprint;
  return event;
}

/** Written member by member: spreading the optional ones costs more than the rest of it. */
type Draft = { -readonly [Name in keyof SealedEvent]: SealedEvent[Name] };
