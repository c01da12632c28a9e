import { EVENTS, type DecodedEvent, type EventData, type EventType, type Subject, topicOf } from '@picly/contracts';
import { partitionFor } from '@picly/event-log';

/** Complete, plausible data of each event; a test names only what it is about. */
const DEFAULTS: { readonly [T in EventType]: EventData<T> } = {
  'rating-submitted': { generation_id: '00000000-0000-4000-8000-000000000001', rating: 5, user_id: 'ann' },
  'action-tracked': { generation_id: '00000000-0000-4000-8000-000000000001', action: 'download', user_id: 'ann' },
  'behavior-tracked': { session_id: 'visit-1', action: 'button_click', page: '/generator', time_ms: 5_000 },
  'generation-completed': {
    generation_id: '00000000-0000-4000-8000-000000000001',
    prompt: 'a red fox in the snow',
    engine: 'flux-pro',
    model_version: '1.1',
    success: true,
    response_time_ms: 3_500,
    cost_micros: 80_000,
    revenue_micros: 96_000,
    currency: 'USD',
    user_id: 'ann',
  },
  'engine-call-measured': {
    engine: 'flux-pro',
    model_version: '1.1',
    success: true,
    response_time_ms: 3_500,
    cost_micros: 80_000,
    revenue_micros: 0,
    currency: 'USD',
  },
  'user-profiled': { user_id: 'ann', plan: 'free' },
  'experiment-exposed': { experiment: 'button-colour', variant: 'control', user_id: 'ann' },
  'conversion-tracked': { experiment: 'button-colour', metric: 'purchase', user_id: 'ann', value: 1 },
  'experiment-changed': { experiment: 'button-colour', revision: 1, change: 'defined', state: 'draft', author: 'eve', definition: {} },
  'experiment-decided': {
    experiment: 'button-colour',
    revision: 1,
    verdict: 'keep_running',
    reasons: ['the interval still holds zero'],
    figures_as_of: '2026-01-01T12:00:00.000Z',
    acted: false,
  },
};

/** What a test may say about the envelope. */
export interface EventOverrides {
  readonly id?: string;
  /** Milliseconds since the epoch (default: 2026-01-01 12:00 UTC plus one second per event built). */
  readonly occurredAt?: number;
  readonly receivedAt?: number;
  readonly partition?: number;
  readonly offset?: number;
  /** The key of the person is destroyed: the personal fields are left out and the subject says so. */
  readonly erased?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
type Changes<T extends EventType> = { readonly [K in keyof EventData<T>]?: EventData<T>[K] | undefined };

const PARTITIONS = 4;
const START = Date.UTC(2026, 0, 1, 12);
let built = 0;

/** The `n`-th of a family of ids: valid UUIDs, equal in every run. */
export function uuidOf(n: number, family = 0): string {
  return `${family.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** An event with complete defaults; `undefined` takes a field away. Equal keys share a partition, offsets grow in the order of building. */
export function anEvent<T extends EventType>(type: T, changes?: Changes<T>, overrides?: EventOverrides): DecodedEvent<T>;
export function anEvent(type: EventType, changes: Fields = {}, overrides: EventOverrides = {}): object {
  const n = ++built;
  const envelope = { id: uuidOf(n, 0xe), erased: false, occurredAt: START + n * 1_000, offset: n, ...overrides };
  const { id, erased, occurredAt, offset } = envelope;
  const data = withoutUndefined({ ...DEFAULTS[type], ...changes });
  const subject = subjectOf(type, data, erased);
  const partition = overrides.partition ?? partitionFor(logKeyOf({ type, id, data }), PARTITIONS);
  return {
    id,
    type,
    data: erased ? withoutPersonal(type, data) : data,
    occurredAt,
    receivedAt: overrides.receivedAt ?? occurredAt,
    position: { topic: topicOf(type), partition, offset },
    ...(subject && { subject }),
  };
}

/** The event as it reads once the key of its subject is destroyed. */
export function erasedCopy(event: DecodedEvent): DecodedEvent;
export function erasedCopy(event: DecodedEvent): object {
  if (!event.subject) return event;
  return { ...event, data: withoutPersonal(event.type, event.data), subject: { ...event.subject, erased: true } };
}

const withoutUndefined = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function withoutPersonal(type: EventType, fields: Fields): Fields {
  const personal: readonly string[] = EVENTS[type].personal;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !personal.includes(name)));
}

/** Equal for events that must keep their order in the log. */
export function logKeyOf({ type, id, data }: { readonly type: EventType; readonly id: string; readonly data: Fields }): string {
  const candidates = {
    generation: ['generation_id', 'user_id', 'session_id'],
    person: ['user_id', 'session_id'],
    experiment: ['experiment'],
    event: [],
  };
  const names: readonly string[] = candidates[EVENTS[type].keyedBy];
  const key = names.map((name) => data[name]).find((value) => typeof value === 'string');
  return typeof key === 'string' ? key : id;
}

function subjectOf(type: EventType, data: Readonly<Record<string, unknown>>, erased: boolean): Subject | undefined {
  const personal: readonly string[] = EVENTS[type].personal;
  if (!personal.some((name) => data[name] !== undefined)) return undefined;
  const { user_id: user, session_id: session } = data;
  if (typeof user === 'string') return { kind: 'user', ref: refOf(`user:${user}`), erased };
  if (typeof session === 'string') return { kind: 'session', ref: refOf(`session:${session}`), erased };
  return { kind: 'generation', ref: refOf(String(data['generation_id'])), erased };
}

/** A pseudonym that is equal for equal names. */
function refOf(name: string): string {
  let hash = 0;
  for (const char of name) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return uuidOf(hash, 0xf);
}
