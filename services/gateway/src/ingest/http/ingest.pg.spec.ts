import { brotliCompressSync, gzipSync } from 'node:zlib';
import { EVENTS_BY_HTTP_NAME } from '@picly/contracts';
import { GatewayWorld, type Answer } from '../../testing/gateway-world';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let world: GatewayWorld;
let ids = 0;
const newId = (): string => `0190bbbb-0000-7000-8000-${String(++ids).padStart(12, '0')}`;

beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());

const find = async (id: unknown) => (await world.appended()).filter((event) => event.id === id);

/** Calls as senders make them, by the name of what they tell. */
const CALLS: Readonly<Record<string, object>> = {
  rate: {
    generation_id: GENERATION,
    rating: 5,
    quality_score: 95,
    feedback: 'Amazing quality!',
    tags: ['composition', 'colors', 'details'],
    time_to_rate: 45,
  },
  action: { generation_id: GENERATION, action: 'download' },
  behavior: {
    session_id: 'session_123',
    action: 'button_click',
    details: { button: 'generate' },
    page: '/generator',
    device: { width: 1280 },
    time: 5,
  },
  generation: {
    generation_id: GENERATION,
    prompt: 'a fox',
    engine: 'flux-pro',
    success: true,
    response_time: 3.5,
    cost: 0.08,
    revenue: 0.096,
  },
  'engine-metric': { engine: 'dalle3', model_version: 'hd', success: true, response_time: 3.5, cost: 0.08, revenue: 0.096 },
  user: { user_id: 'ada', plan: 'pro', signed_up_at: '2026-01-01T00:00:00Z' },
  exposure: { experiment: 'e', variant: 'a', user_id: 'ada' },
  conversion: { metric: 'upgrade', user_id: 'ada', value: 9.5 },
};

describe('a write', () => {
  test('there is a call for every event', () => expect(Object.keys(CALLS).sort()).toEqual([...EVENTS_BY_HTTP_NAME.keys()].sort()));

  test.each(Object.entries(CALLS))('POST %s is accepted and in the log once answered', async (name, body) => {
    const answer = await world.post(name, body);
    expect(answer).toMatchObject({
      status: 202,
      body: { event_id: expect.stringMatching(UUID) as string, position: expect.stringMatching(/^[\w-]+$/) as string },
    });
    const events = await find(answer.body['event_id']);
    expect(events).toHaveLength(1);
    expect(events[0]?.type).toBe(EVENTS_BY_HTTP_NAME.get(name)?.type);
  });

  test('nothing personal is in the log in clear', async () => {
    await world.post('rate', { ...CALLS['rate'], user_id: 'secret-person', context: { secret: 'secret-thing' } });
    expect(JSON.stringify(await world.appended())).not.toMatch(/secret|Amazing|session_123|a fox/);
  });

  test('amounts and durations are stored as whole micro-units and milliseconds', async () => {
    const { body } = await world.post('engine-metric', CALLS['engine-metric']);
    expect((await find(body['event_id']))[0]?.data).toEqual({
      engine: 'dalle3',
      model_version: 'hd',
      success: true,
      response_time_ms: 3500,
      cost_micros: 80_000,
      revenue_micros: 96_000,
      currency: 'USD',
    });
  });

  test('a wrong clock of the sender cancels out', async () => {
    const before = Date.now();
    const { body } = await world.post('action', {
      ...CALLS['action'],
      occurred_at: '2020-01-01T00:00:00Z',
      sent_at: '2020-01-01T00:00:10Z',
    });
    const [event] = await find(body['event_id']);
    expect(event?.occurredAt).toBe((event?.receivedAt ?? 0) - 10_000);
    expect(event?.receivedAt).toBeGreaterThanOrEqual(before);
    expect(event?.happenedAt).toBe(Date.UTC(2020, 0, 1));
  });

  test.each([
    ['text/plain', (json: string) => json, {}],
    ['gzip', (json: string) => gzipSync(json), { 'content-encoding': 'gzip' }],
    ['br', (json: string) => brotliCompressSync(json), { 'content-encoding': 'br' }],
  ])('a body may come as %s', async (name, encode, headers) => {
    const answer = await world.post('action', encode(JSON.stringify(CALLS['action'])), {
      ...headers,
      'content-type': name.includes('/') ? name : 'application/json',
    });
    expect(answer.status).toBe(202);
  });
});

describe('sending the same event again', () => {
  test('is answered with the first position and appends nothing', async () => {
    const event = { ...CALLS['rate'], event_id: newId(), user_id: 'ada' };
    const first = await world.post('rate', event);
    const again = await world.post('rate', { ...event, sent_at: new Date().toISOString() });
    expect(again).toMatchObject({ status: 202, body: { event_id: event.event_id, position: first.body['position'], deduplicated: true } });
    expect(await find(event.event_id)).toHaveLength(1);
  });

  test('with the id in the Idempotency-Key header is the same thing', async () => {
    const id = newId();
    await world.post('action', CALLS['action'], { 'idempotency-key': id });
    expect((await world.post('action', { ...CALLS['action'], event_id: id.toUpperCase() })).body).toMatchObject({
      event_id: id,
      deduplicated: true,
    });
  });

  test('many times at once appends one', async () => {
    const event = { ...CALLS['action'], event_id: newId() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.post('action', event)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body['position'])}`)).size).toBe(1);
    expect(await find(event.event_id)).toHaveLength(1);
  });

  test('with another body is refused, at once or later', async () => {
    const event = { ...CALLS['action'], event_id: newId() };
    const codes = (await Promise.all([event, { ...event, action: 'share' }].map((body) => world.post('action', body)))).map(
      ({ status, body }) => body['code'] ?? status,
    );
    expect(codes).toContain(202);
    expect(codes.some((code) => code === 'event_in_flight' || code === 'event_id_reused')).toBe(true);
    const later = await world.post('action', { ...event, action: 'edit' });
    expect(later).toMatchObject({ status: 422, body: { code: 'event_id_reused', event_id: event.event_id } });
    expect(await find(event.event_id)).toHaveLength(1);
  });
});

describe('a batch', () => {
  const results = (answer: Answer) =>
    answer.body['results'] as readonly {
      readonly event_id?: string;
      readonly status: string;
      readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
    }[];

  test('keeps the good events when others are bad, and answers each in order', async () => {
    const answer = await world.post('batch', {
      events: [
        { type: 'rate', ...CALLS['rate'], event_id: newId() },
        { type: 'rate', ...CALLS['rate'], rating: 9, tags: ['colors', 'x'] },
        { type: 'unheard-of' },
        7,
        { type: 'action', ...CALLS['action'] },
      ],
    });
    expect(answer.status).toBe(202);
    expect(results(answer).map((each) => each.status)).toEqual(['accepted', 'rejected', 'rejected', 'rejected', 'accepted']);
    expect(results(answer)[1]?.errors?.map((each) => `${each.pointer} ${each.code}`)).toEqual([
      '/rating whole_number',
      '/tags/1 unknown_tag',
    ]);
    expect(results(answer)[2]?.errors?.map((each) => each.pointer)).toEqual(['/type']);
    expect(results(answer)[3]?.errors?.map((each) => each.pointer)).toEqual(['']);
    for (const index of [0, 4]) expect(await find(results(answer)[index]?.event_id)).toHaveLength(1);
  });

  test('of a thousand events is taken, of one more refused as a whole', async () => {
    const events = Array.from({ length: 1_000 }, () => ({ type: 'action', ...CALLS['action'] }));
    const before = (await world.appended()).length;
    expect((await world.post('batch', { events })).status).toBe(202);
    expect((await world.appended()).length).toBe(before + 1_000);
    expect(await world.post('batch', { events: [...events, events[0]] })).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect((await world.appended()).length).toBe(before + 1_000);
  });

  test('with an Idempotency-Key counts once however often it is sent', async () => {
    const key = newId();
    const events = [
      { type: 'action', ...CALLS['action'] },
      { type: 'user', ...CALLS['user'] },
    ];
    const first = results(await world.post('batch', { events }, { 'idempotency-key': key }));
    const again = results(await world.post('batch', { events }, { 'idempotency-key': key }));
    expect(again).toEqual(first.map((each) => ({ ...each, deduplicated: true })));
  });

  test.each([
    [{}, 400],
    [{ events: [] }, 400],
    [{ events: {} }, 400],
    [{ events: null }, 400],
    [[], 400],
    [{ events: [{}], more: 1 }, 400],
  ])('that is none is refused: %j', async (body, status) => expect((await world.post('batch', body)).status).toBe(status));

  test('of which nothing is good has no position', async () => {
    expect(await world.post('batch', { events: [{ type: 'action' }] })).toMatchObject({ status: 202, body: { position: null } });
  });
});
