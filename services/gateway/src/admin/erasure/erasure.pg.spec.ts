import { setTimeout as sleep } from 'node:timers/promises';
import { readSealed } from '@picly/personal-data';
import { GatewayWorld } from '../../testing/gateway-world';

const G = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c0';
const call = { engine: 'flux', success: true, response_time: 1, cost: 0, revenue: 0 };
const generation = (n: number, who: object) => ({ generation_id: `${G}${n}`, prompt: 'a fox', ...call, ...who });
const rating = (n: number, who: object) => ({ generation_id: `${G}${n}`, rating: 5, feedback: 'lovely', ...who });

let refusing: GatewayWorld;
let anonymous: GatewayWorld;
beforeAll(async () => {
  refusing = await GatewayWorld.start();
  anonymous = await GatewayWorld.start({ ERASED_PERSONS: 'anonymous' }, refusing.database);
});
afterAll(async () => {
  await anonymous.service.close();
  await anonymous.log.close();
  await refusing.stop();
});

async function erase(user: string): Promise<string> {
  const { status, body } = await refusing.post('admin/erasure', { user_id: user });
  expect(status).toBe(202);
  const id = String(body['id']);
  for (let tries = 0; tries < 300; tries++) {
    const receipt = await refusing.send('GET', `admin/erasure/${id}`);
    if (receipt.body['state'] === 'done') return id;
    await sleep(100);
  }
  throw new Error('the erasure does not end');
}

const appended = async (id: unknown) => (await refusing.appended()).find((event) => event.id === id);

describe('a person who is erased', () => {
  const RATED = '0190eeee-0000-7000-8000-000000000001';

  beforeAll(async () => {
    await refusing.post('generation', generation(1, { user_id: 'ann', session_id: 'visit-ann' }));
    await refusing.post('rate', { ...rating(1, { user_id: 'ann' }), event_id: RATED });
    // Both gateways remember the key.
    await anonymous.post('rate', rating(2, { user_id: 'ann' }));
    await erase('ann');
  });

  it('is refused with what is wrong, alone and in a batch, while others of the batch are taken', async () => {
    const single = await refusing.post('rate', rating(3, { user_id: 'ann' }));
    expect(single).toMatchObject({ status: 410, body: { code: 'person_erased', errors: [{ pointer: '/user_id' }] } });
    expect(single.text).not.toContain('ann"');
    const batch = await refusing.post('batch', {
      events: [
        { type: 'rate', ...rating(3, { user_id: 'ann' }) },
        { type: 'rate', ...rating(3, { user_id: 'bob' }) },
        { type: 'behavior', session_id: 'visit-ann', action: 'click' },
      ],
    });
    expect(batch.body['results']).toMatchObject([
      { status: 'rejected', errors: [{ pointer: '/user_id', code: 'person_erased' }] },
      { status: 'accepted' },
      { status: 'rejected', errors: [{ pointer: '/session_id', code: 'person_erased' }] },
    ]);
  });

  it('may be named as nobody where that is configured: each event is sealed with a key that is kept nowhere', async () => {
    const answers = [
      await anonymous.post('rate', rating(4, { user_id: 'ann' })),
      await anonymous.post('rate', rating(4, { user_id: 'ann' })),
    ];
    const refs = await Promise.all(
      answers.map(async ({ status, body }) => {
        expect(status).toBe(202);
        const sealed = (await appended(body['event_id']))?.sealed ?? '';
        return readSealed(sealed).ref;
      }),
    );
    expect(new Set(refs).size).toBe(2);
  });

  it('does not keep others from rating the pictures: only what is personal is left out', async () => {
    const { status, body } = await refusing.post('rate', rating(1, {}));
    expect(status).toBe(202);
    expect(readSealed((await appended(body['event_id']))?.sealed ?? '').kind).toBe('generation');
    const known = await refusing.post('admin/person-export', { user_id: 'ann' });
    expect(known).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is taken in a visit that somebody else goes on with', async () => {
    const { status } = await refusing.post('behavior', { session_id: 'visit-ann', user_id: 'bob', action: 'click' });
    expect(status).toBe(202);
  });

  it('an event of theirs that was taken before is still known by its id', async () => {
    const again = await refusing.post('rate', { ...rating(1, { user_id: 'ann' }), event_id: RATED });
    expect(again).toMatchObject({ status: 202, body: { event_id: RATED, deduplicated: true } });
  });
});

it('somebody unknown is not erased, and so is who was erased before: 404, and nothing has changed', async () => {
  const before = await refusing.send('GET', 'admin/erasure');
  const unknown = await refusing.post('admin/erasure', { user_id: 'zoe' });
  expect(unknown).toMatchObject({ status: 404, body: { detail: 'Nothing is known of a person with this id: nothing was erased.' } });
  const again = await refusing.post('admin/erasure', { user_id: 'ann' });
  expect(again.body['detail']).toMatch(/^This person was erased on \d{4}-\d\d-\d\d, receipt [0-9a-f-]{36}/);
  expect((await refusing.send('GET', 'admin/erasure')).body).toEqual(before.body);
});

it.each([{}, { user_id: '' }, { user_id: 'ann', hard: true }])('a request that makes no sense is refused: %j', async (body) => {
  expect(await refusing.post('admin/erasure', body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
});

it('receipts are listed page by page, and name nobody', async () => {
  await refusing.post('user', { user_id: 'carol' });
  await erase('carol');
  const first = await refusing.send('GET', 'admin/erasure?limit=1');
  expect(first.body['data']).toMatchObject([
    { state: 'done', keys_destroyed: 1, events: 1, subjects: { users: 1, visits: 0, generations: 0 } },
  ]);
  const second = await refusing.send('GET', `admin/erasure?limit=1&cursor=${String(first.body['next_cursor'])}`);
  expect(second.body).toMatchObject({ data: [{ state: 'done' }], next_cursor: null });
  expect(first.text + second.text).not.toMatch(/ann|carol/);
});
