import { setTimeout as sleep } from 'node:timers/promises';
import { anEvent, openProjectionSpec } from '@picly/testing';
import { GatewayWorld, type Answer } from '../../testing/gateway-world';
import { receipts } from './receipts.projection';

const ACTION = { generation_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01', action: 'download' };

describe('the receipt of an event', () => {
  let world: GatewayWorld;
  beforeAll(async () => {
    world = await GatewayWorld.start();
  });
  afterAll(() => world.stop());

  const receipt = (id: unknown, headers: Readonly<Record<string, string>> = {}) => world.send('GET', `events/${String(id)}`, { headers });

  /** Once the view has folded the event: one read waits for a bounded time, and answers 503 after it. */
  async function foldedReceipt(event: Answer['body']): Promise<Answer> {
    for (;;) {
      const answer = await receipt(event['event_id'], { 'x-picly-after': String(event['position']) });
      if (answer.status !== 503) return answer;
    }
  }

  test('is there as soon as the event is accepted', async () => {
    const { body } = await world.post('action', ACTION);
    const answer = await receipt(body['event_id']);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        event_id: body['event_id'],
        type: 'action',
        event_type: 'action-tracked',
        position: body['position'],
        log: { topic: 'picly.action-tracked' },
      },
    });
  });

  test('tells which views have folded it', async () => {
    const { body } = await world.post('action', ACTION);
    const answer = await foldedReceipt(body);
    expect(answer.body).toMatchObject({
      status: 'folded',
      views: [{ projection: 'receipts', version: 1, state: 'folded' }],
      as_of: { lag_events: 0 },
    });
  });

  test('survives a restart, and so does the knowledge of its body', async () => {
    const event = { ...ACTION, event_id: '0190cccc-0000-7000-8000-000000000001', user_id: 'ada' };
    const { body } = await world.post('action', event);
    await foldedReceipt(body);
    const other = await GatewayWorld.start({}, world.database);
    expect((await other.post('action', event)).body).toMatchObject({ deduplicated: true, position: body['position'] });
    expect(await other.post('action', { ...event, action: 'edit' })).toMatchObject({ status: 422, body: { code: 'event_id_reused' } });
    expect((await other.send('GET', `events/${event.event_id}`)).body).toMatchObject({ status: 'folded' });
    await other.service.close();
    await other.log.close();
  });

  test('of an event that could not be read says that it is a dead letter, and why', async () => {
    const id = '0190cccc-0000-7000-8000-000000000002';
    const headers = { ce_specversion: '1.0', ce_id: id, ce_type: 'action-tracked', ce_time: '2026-01-01T00:00:00Z', ce_dataversion: '1' };
    const [at] = await world.log.append([
      { topic: 'picly.action-tracked', key: 'poison', value: Buffer.from('{'), headers, timestamp: Date.now() },
    ]);
    const { body } = await world.post('action', { ...ACTION, generation_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c02' });
    await foldedReceipt(body);
    let answer = await receipt(id);
    while (answer.status === 404) {
      await sleep(20);
      answer = await receipt(id);
    }
    expect(answer.body).toMatchObject({
      status: 'dead_lettered',
      log: { offset: at?.offset },
      views: [{ state: 'parked', cause: 'undecodable', code: 'EVENT_BODY_INVALID' }],
    });
    const letters = await world.send('GET', `admin/dead-letters?event_id=${id}`);
    expect(letters.body['data']).toMatchObject([
      { projection: 'receipts', cause: 'undecodable', code: 'EVENT_BODY_INVALID', event_id: id },
    ]);
  });

  test.each(['0190cccc-0000-7000-8000-00000000ffff', 'nonsense', '%00'])('of an event that is not known is 404: %s', async (id) => {
    expect(await receipt(id)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('the state of the views is shown to administrators', async () => {
    const answer = await world.send('GET', 'admin/projections');
    expect(answer.body['data']).toContainEqual(expect.objectContaining({ projection: 'receipts', version: 1, active: true }));
  });

  test.each(['limit=0', 'limit=1001', 'cursor=x', 'sort=up'])('a query that makes no sense is refused: %s', async (query) => {
    expect(await world.send('GET', `admin/dead-letters?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_query' } });
  });
});

describe('the receipts view', () => {
  test('is the same whatever the order, the batches and the duplicates', async () => {
    const spec = await openProjectionSpec(receipts);
    await spec.expectOrderIndependent([anEvent('rating-submitted', {}), anEvent('action-tracked', {}), anEvent('user-profiled', {})], {
      runs: 5,
    });
    await spec.close();
  });
});
