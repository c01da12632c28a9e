import { EVENTS, type AnyEventDefinition, type EventType } from '@picly/contracts';
import { admit, MAX_EVENT_BYTES, type AdmissionContext } from './admit';
import type { AdmittedEvent } from './admitted-event';
import { batchEventIdOf, eventIdOf } from './event-id';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01';
const EVENT = '0190ffff-5b1e-7c3a-9f10-2b6d1e8a4c01';
const RECEIVED = Date.UTC(2026, 5, 1);
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';

const context = (overrides: Partial<AdmissionContext> = {}): AdmissionContext => ({
  receivedAt: RECEIVED,
  userAgent: undefined,
  tags: new Set(['colors', 'details']),
  idOf: (body) => eventIdOf(body, undefined),
  ...overrides,
});

const admission = (type: EventType, body: unknown, overrides?: Partial<AdmissionContext>) => {
  const definition: AnyEventDefinition = EVENTS[type];
  return admit(definition, body, context(overrides));
};

const admitted = (type: EventType, body: unknown, overrides?: Partial<AdmissionContext>): AdmittedEvent => {
  const result = admission(type, body, overrides);
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.refusal));
  return result.event;
};

const errorsOf = (type: EventType, body: unknown, overrides?: Partial<AdmissionContext>): readonly string[] => {
  const result = admission(type, body, overrides);
  return result.kind === 'refused' ? (result.refusal.errors ?? []).map((each) => `${each.pointer} ${each.code}`) : [];
};

describe('admission of an event', () => {
  test('a tag that is not in the configured list is named by its place', () => {
    expect(errorsOf('rating-submitted', { generation_id: GENERATION, rating: 5, tags: ['colors', 'naughty', 'details', 'x'] })).toEqual([
      '/tags/1 unknown_tag',
      '/tags/3 unknown_tag',
    ]);
  });

  test('everything wrong is named at once, by whichever check', () => {
    const body = { generation_id: 'x', rating: 9, tags: ['no'], occurred_at: '2031-01-01T00:00:00Z', extra: 1 };
    expect([...errorsOf('rating-submitted', body)].sort()).toEqual([
      '/extra unknown_field',
      '/generation_id uuid',
      '/occurred_at in_the_future',
      '/rating whole_number',
      '/tags/0 unknown_tag',
    ]);
  });

  test('a field is not complained about twice', () => {
    expect(errorsOf('rating-submitted', { generation_id: GENERATION, rating: 5, tags: ['no', 'no'] })).toEqual(['/tags words']);
  });

  test('an exposure must say its variant while no definition can assign one', () => {
    expect(errorsOf('experiment-exposed', { experiment: 'e', user_id: 'u' })).toEqual(['/variant variant_required']);
    expect(errorsOf('experiment-exposed', { experiment: 'e', user_id: 'u', variant: 'a' })).toEqual([]);
  });

  test('the Idempotency-Key header is the event id', () => {
    const idOf = (body: Readonly<Record<string, unknown>>) => eventIdOf(body, EVENT.toUpperCase());
    expect(admitted('user-profiled', { user_id: 'u' }, { idOf })).toMatchObject({ id: EVENT, idFromSender: true });
    expect(admitted('user-profiled', { user_id: 'u', event_id: EVENT }, { idOf })).toMatchObject({ id: EVENT });
    expect(errorsOf('user-profiled', { user_id: 'u', event_id: GENERATION }, { idOf })).toEqual(['/event_id idempotency_key_differs']);
    expect(errorsOf('user-profiled', { user_id: 'u' }, { idOf: (body) => eventIdOf(body, 'retry-1') })).toEqual(['/event_id uuid']);
  });

  test('an id is made when none is given', () => {
    const event = admitted('user-profiled', { user_id: 'u' });
    expect(event.idFromSender).toBe(false);
    expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  test('the key of a batch gives each entry without an id its own, the same at every retry', () => {
    const first = batchEventIdOf({}, EVENT, 0);
    expect(first).toEqual(batchEventIdOf({}, EVENT, 0));
    expect(first).not.toEqual(batchEventIdOf({}, EVENT, 1));
    expect(batchEventIdOf({ event_id: GENERATION }, EVENT, 0)).toEqual({ id: GENERATION, fromSender: true });
  });

  test('ids are lower-cased, amounts are in micro-units, the currency is said', () => {
    const event = admitted('generation-completed', {
      generation_id: GENERATION.toUpperCase(),
      prompt: 'p',
      engine: 'e',
      success: true,
      response_time: 3.5,
      cost: 0.08,
      revenue: 0.096,
    });
    expect(event.data).toEqual({
      generation_id: GENERATION,
      prompt: 'p',
      engine: 'e',
      success: true,
      response_time_ms: 3500,
      cost_micros: 80_000,
      revenue_micros: 96_000,
      currency: 'USD',
    });
  });

  test('a behavior without a device gets the one its user agent names; a device given stays', () => {
    expect(admitted('behavior-tracked', { session_id: 's', action: 'a' }, { userAgent: SAFARI }).data['device']).toMatchObject({
      type: 'mobile',
      os: 'iOS',
      browser: 'Safari',
    });
    expect(admitted('behavior-tracked', { session_id: 's', action: 'a', device: {} }, { userAgent: SAFARI }).data['device']).toEqual({});
    expect(admitted('behavior-tracked', { session_id: 's', action: 'a' }, { userAgent: '?' }).data['device']).toBeUndefined();
  });

  test('two sendings of one event have one canonical form, whatever the order of members and the times', () => {
    const one = {
      event_id: EVENT,
      generation_id: GENERATION,
      action: 'edit',
      details: { a: 1, b: [{ c: 2, d: 3 }] },
      sent_at: '2026-01-01T00:00:00Z',
    };
    const same = {
      details: { b: [{ d: 3, c: 2 }], a: 1 },
      action: 'edit',
      generation_id: GENERATION.toUpperCase(),
      event_id: EVENT,
      occurred_at: '2025-01-01T00:00:00Z',
    };
    const other = { ...one, details: { a: 1, b: [{ c: 2, d: '3' }] } };
    expect(admitted('action-tracked', one).canonical).toBe(admitted('action-tracked', same).canonical);
    expect(admitted('action-tracked', one).canonical).not.toBe(admitted('action-tracked', other).canonical);
  });

  test('an event that would not fit a record of the log is refused before it gets there', () => {
    const result = admission('action-tracked', {
      generation_id: GENERATION,
      action: 'edit',
      details: { text: '\u20AC'.repeat(MAX_EVENT_BYTES / 3) },
    });
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'body_too_large' } });
  });

  test.each([null, 1, 'x', []])('a body that is no object is refused: %j', (body) =>
    expect(errorsOf('action-tracked', body)).toEqual([' object']),
  );
});
