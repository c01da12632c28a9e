import { createPool } from '@picly/database';
import { uuidOf } from '@picly/testing';
import { GatewayWorld } from '../testing/gateway-world';

const GENERATION = uuidOf(1, 5);

describe('asking whether to ask', () => {
  let world: GatewayWorld;
  beforeAll(async () => {
    world = await GatewayWorld.start({ ASKS_PER_DAY: '3' });
  });
  afterAll(() => world.stop());

  const ask = async (n: number, who: Readonly<Record<string, string>>): Promise<unknown> =>
    (await world.post('ask', { generation_id: uuidOf(n, 6), ...who })).body;

  test('a person is asked once about a picture, and somebody else is asked about it too', async () => {
    expect(await ask(1, { user_id: 'ann' })).toEqual({ ask: true });
    expect(await ask(1, { user_id: 'ann' })).toEqual({ ask: false, reason: 'asked_before' });
    expect(await ask(1, { session_id: 'ann' })).toEqual({ ask: true });
  });

  test('not more often a day than is configured', async () => {
    for (const n of [1, 2, 3]) expect(await ask(n, { user_id: 'bob' })).toEqual({ ask: true });
    expect(await ask(4, { user_id: 'bob' })).toEqual({ ask: false, reason: 'often_enough' });
    expect(await ask(4, { user_id: 'cleo' })).toEqual({ ask: true });
  });

  test('two tabs that ask at the same moment are told different things', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(9, { user_id: 'dora' })));
    expect(answers.filter((answer) => JSON.stringify(answer) === '{"ask":true}')).toHaveLength(1);
  });

  test('keeps nothing of who was asked but a keyed hash', async () => {
    await ask(7, { user_id: 'somebody with a name' });
    const pool = createPool({ url: world.database.url, maxConnections: 1 });
    const rows = await pool.query<{ row: string; bytes: number }>('select a::text as row, length(person) as bytes from runtime.asks a');
    await pool.close();
    expect(rows.length).toBeGreaterThan(0);
    for (const { row, bytes } of rows) expect([row.includes('name'), bytes]).toEqual([false, 32]);
  });

  test.each([
    ['nobody', { generation_id: GENERATION }, '/user_id'],
    ['no picture', { user_id: 'ann' }, '/generation_id'],
    ['a picture that is none', { generation_id: 'x', user_id: 'ann' }, '/generation_id'],
    ['more than is asked', { generation_id: GENERATION, user_id: 'ann', rating: 5 }, '/rating'],
  ])('about %s is refused by name', async (_what, body, pointer) => {
    const answer = await world.post('ask', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ pointer }] } });
  });

  test('needs a key that may write once there are keys, and is counted against its limit', async () => {
    const admin = await world.post('admin/keys', { name: 'page', scopes: ['ingest:browser'], events_per_minute: 2 });
    const authorization = `Bearer ${String(admin.body['key'])}`;
    const body = { generation_id: GENERATION, user_id: 'eve' };
    expect((await world.post('ask', body)).status).toBe(401);
    expect(await world.post('ask', body, { authorization })).toMatchObject({ status: 200, body: { ask: true } });
    expect((await world.post('ask', body, { authorization })).status).toBe(200);
    expect((await world.post('ask', body, { authorization })).status).toBe(429);
  });
});
