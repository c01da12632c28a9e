import { GatewayWorld } from '../testing/gateway-world';

const RATE = { generation_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01', rating: 5 };
const USER = { user_id: 'ada' };
const SITE = 'https://picly.example';

let world: GatewayWorld;
const keys: Record<string, string> = {};
const bearer = (name: string): Record<string, string> => ({ authorization: `Bearer ${keys[name] ?? name}` });

async function makeKey(name: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await world.post('admin/keys', { name, ...body }, headers);
  expect(answer.status).toBe(201);
  keys[name] = String(answer.body['key']);
  return String(answer.body['id']);
}

beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());

describe('without any key', () => {
  test('pages of this machine may send, pages from elsewhere may not, not even as a beacon', async () => {
    const local = await world.post('rate', RATE, { origin: 'http://localhost:8080' });
    expect([local.status, local.headers.get('access-control-allow-origin')]).toEqual([202, 'http://localhost:8080']);
    const foreign = await world.post('rate', JSON.stringify(RATE), { origin: 'https://evil.example', 'content-type': 'text/plain' });
    expect([foreign.status, foreign.body['code'], foreign.headers.get('access-control-allow-origin')]).toEqual([
      403,
      'origin_not_allowed',
      null,
    ]);
  });

  test('a preflight is answered for pages of this machine', async () => {
    const ask = (origin: string) => world.send('OPTIONS', 'rate', { headers: { origin, 'access-control-request-method': 'POST' } });
    const local = await ask('http://127.0.0.1:5173');
    expect([local.status, local.headers.get('access-control-allow-origin')]).toEqual([204, 'http://127.0.0.1:5173']);
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('once there are keys', () => {
  beforeAll(async () => {
    await makeKey('boss', { scopes: ['admin'] });
    await makeKey('web', { scopes: ['ingest:browser'], origins: [SITE], events_per_minute: 3 }, bearer('boss'));
    await makeKey('server', { scopes: ['ingest:server'] }, bearer('boss'));
    await makeKey('analyst', { scopes: ['read'] }, bearer('boss'));
  });

  test.each([
    ['nobody', {}, 401],
    ['an unknown key', { authorization: 'Bearer sk_unknown' }, 401],
    ['another scheme', { authorization: 'Basic eDp5' }, 401],
  ])('%s is not let in', async (_name, headers, status) => {
    const answer = await world.post('rate', RATE, headers);
    expect(answer).toMatchObject({ status, body: { code: 'unauthenticated' } });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  test('a server key writes everything and administers nothing', async () => {
    expect((await world.post('user', USER, bearer('server'))).status).toBe(202);
    expect((await world.send('GET', 'admin/keys', { headers: bearer('server') })).status).toBe(403);
  });

  test('a key for reading reads and cannot write', async () => {
    expect((await world.post('rate', RATE, bearer('analyst'))).status).toBe(403);
    expect((await world.send('GET', 'events/0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01', { headers: bearer('analyst') })).status).toBe(404);
  });

  test('a browser key is bound to its origins, to the events of browsers and to its rate', async () => {
    const web = { ...bearer('web'), origin: SITE };
    const preflight = await world.send('OPTIONS', 'rate', { headers: { origin: SITE, 'access-control-request-method': 'POST' } });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, SITE]);
    expect((await world.post('rate', RATE, { ...web, origin: 'https://evil.example' })).status).toBe(403);
    expect((await world.post('rate', RATE, bearer('web'))).status).toBe(403);
    expect((await world.post('user', USER, web)).status).toBe(403);
    expect((await world.send('GET', 'events/x', { headers: web })).status).toBe(403);
    const beacon = await world.send('POST', `rate?key=${keys['web']}`, {
      body: JSON.stringify(RATE),
      headers: { origin: SITE, 'content-type': 'text/plain' },
    });
    expect(beacon.status).toBe(202);
    const batch = await world.post(
      'batch',
      {
        events: [
          { type: 'rate', ...RATE },
          { type: 'user', ...USER },
        ],
      },
      web,
    );
    expect(batch.body['results']).toMatchObject([{ status: 'accepted' }, { status: 'rejected', errors: [{ code: 'forbidden' }] }]);
    const limited = await world.post('rate', RATE, web);
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a secret key in a URL is refused', async () => {
    expect((await world.send('POST', `rate?key=${keys['server']}`, { body: RATE })).status).toBe(401);
  });

  test('keys are listed without being shown, and a revoked one stops working', async () => {
    const id = await makeKey('short-lived', { scopes: ['read'] }, bearer('boss'));
    const list = await world.send('GET', 'admin/keys', { headers: bearer('boss') });
    expect(list.text).not.toContain((keys['short-lived'] ?? '').slice(8));
    expect((await world.send('DELETE', `admin/keys/${id}`, { headers: bearer('boss') })).status).toBe(200);
    expect((await world.send('GET', 'events/x', { headers: bearer('short-lived') })).status).toBe(401);
    expect((await world.send('DELETE', 'admin/keys/nonsense', { headers: bearer('boss') })).status).toBe(404);
  });

  test('a key that makes no sense is not made', async () => {
    const answer = await world.post('admin/keys', { name: '', scopes: ['root'] }, bearer('boss'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});
