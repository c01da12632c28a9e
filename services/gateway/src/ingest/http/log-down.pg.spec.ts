import { startTcpProxy, createTestDatabase, type TcpProxy } from '@picly/testing';
import { GatewayWorld } from '../../testing/gateway-world';

const ACTION = { generation_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01', action: 'download' };
const newId = (n: number): string => `0190dddd-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Counts what is accepted while a sender keeps sending, retrying with the same id until it is. */
class Sender {
  readonly accepted = new Map<string, string>();
  readonly statuses = new Set<number>();

  constructor(private readonly world: GatewayWorld) {}

  /** One try; true when answered 202. */
  async send(id: string): Promise<boolean> {
    const answer = await this.world.post('action', { ...ACTION, event_id: id });
    this.statuses.add(answer.status);
    if (answer.status === 202) this.accepted.set(id, String(answer.body['position']));
    return answer.status === 202;
  }
}

describe('while the log cannot be reached', () => {
  let proxy: TcpProxy;
  let world: GatewayWorld;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    const behind = new URL(database.url);
    behind.host = `${proxy.host}:${proxy.port}`;
    world = await GatewayWorld.start({ DATABASE_URL: behind.href, APPEND_DEADLINE_MS: '800' }, database);
    await world.post('action', ACTION);
  });
  afterAll(async () => {
    await world.stop();
    await proxy.close();
  });

  test('writers are told to come again with the same id, and it then counts once', async () => {
    proxy.refuse(true);
    const refused = await world.post('action', ACTION);
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'log_unavailable', event_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body['detail']).toContain('same event_id');
    const batch = await world.post('batch', {
      events: [
        { type: 'action', ...ACTION, event_id: newId(900) },
        { type: 'action', ...ACTION, event_id: newId(901) },
      ],
    });
    expect(batch).toMatchObject({ status: 503, body: { code: 'log_unavailable', event_ids: [newId(900), newId(901)] } });
    proxy.refuse(false);
    const event = { ...ACTION, event_id: refused.body['event_id'] };
    const statuses: number[] = [];
    do statuses.push((await world.post('action', event)).status);
    while (statuses.at(-1) === 503 && statuses.length < 50);
    expect(statuses.at(-1)).toBe(202);
    const stored = (await world.appended()).filter(({ id }) => id === event.event_id);
    expect(stored.length).toBeGreaterThan(0);
    // What was refused while nothing could be sent is not there; of a 503 since then it is not known, and for that there is the id.
    expect(stored.length).toBeLessThanOrEqual(statuses.length);
  });

  test('input that is wrong is still told so, without asking the log', async () => {
    proxy.refuse(true);
    expect((await world.post('action', { ...ACTION, action: 'like' })).status).toBe(400);
    proxy.refuse(false);
  });

  test('nothing accepted is lost, whenever the connections break', async () => {
    const sender = new Sender(world);
    const ids = Array.from({ length: 60 }, (_, n) => newId(n));
    const cutting = (async () => {
      for (let n = 0; n < 6; n++) {
        proxy.cut();
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    })();
    await Promise.all(
      ids.map(async (id) => {
        for (let tries = 0; !(await sender.send(id)) && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 30));
      }),
    );
    await cutting;
    expect([...sender.statuses].every((status) => status === 202 || status === 503)).toBe(true);
    expect(sender.accepted.size).toBe(ids.length);
    const inLog = new Set((await world.appended()).map(({ id }) => id));
    expect(ids.filter((id) => !inLog.has(id))).toEqual([]);
  });
});

describe('a stop', () => {
  test('answers every request that was taken', async () => {
    const world = await GatewayWorld.start();
    const sender = new Sender(world);
    const tries = Array.from({ length: 50 }, (_, n) =>
      sender.send(newId(n)).then(
        () => 'answered',
        () => 'not taken',
      ),
    );
    await Promise.race(tries);
    const [outcomes] = await Promise.all([Promise.all(tries), world.service.close()]);
    const inLog = new Set((await world.appended()).map(({ id }) => id));
    expect(outcomes).toContain('answered');
    expect([...sender.accepted.keys()].filter((id) => !inLog.has(id))).toEqual([]);
    expect([...inLog].filter((id) => !sender.accepted.has(id))).toEqual([]);
    await world.stop();
  });
});

describe('a queue that is full', () => {
  test('refuses at once and takes again when there is room', async () => {
    const world = await GatewayWorld.start({ QUEUE_EVENTS: '5' });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => world.post('action', { ...ACTION, event_id: newId(n) })));
    const byStatus = new Map(answers.map((answer) => [answer.status, answer]));
    expect([...byStatus.keys()].filter((status) => status !== 202 && status !== 503)).toEqual([]);
    const refused = byStatus.get(503);
    if (refused) expect(refused.body).toMatchObject({ code: 'overloaded' });
    expect((await world.appended()).length).toBe(answers.filter(({ status }) => status === 202).length);
    expect((await world.post('action', ACTION)).status).toBe(202);
    await world.stop();
  });
});
