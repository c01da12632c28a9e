import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { documentOf, type Operation } from '@picly/platform';
import { GatewayWorld } from '../testing/gateway-world';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly internal: unknown;
  readonly authorization: unknown;
  readonly after: unknown;
}

const OPERATION: Operation = {
  method: 'get',
  path: '/api/analytics/prompts/{prompt_hash}',
  operationId: 'onePrompt',
  summary: 'One prompt.',
  tag: 'prompts',
  scope: 'read',
  status: 200,
  problems: [],
};

/** Stands for a service behind the gateway. */
class Behind {
  readonly seen: Seen[] = [];
  readonly bodies: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Behind> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const behind = new Behind(server, `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    server.on('request', (request, response) => {
      const { method, url, headers } = request;
      behind.seen.push({
        method,
        url,
        internal: headers['x-picly-internal'],
        authorization: headers.authorization,
        after: headers['x-picly-after'],
      });
      void text(request).then((body) => {
        behind.bodies.push(body);
        response
          .writeHead(url?.includes('missing') ? 404 : 200, { 'content-type': 'application/json', 'x-picly-as-of': 'now' })
          .end(url === '/openapi.json' ? JSON.stringify(documentOf([OPERATION])) : '{"data":[],"next_cursor":null}');
      });
    });
    return behind;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

describe('a gateway before other services', () => {
  let behind: Behind;
  let world: GatewayWorld;

  beforeAll(async () => {
    behind = await Behind.start();
    world = await GatewayWorld.start({
      SERVICES: `experiments=${behind.url},prompt-analytics=${behind.url},model-performance=http://127.0.0.1:9`,
      INTERNAL_TOKEN: 'between-us',
    });
  });
  afterAll(async () => {
    await world.stop();
    await behind.stop();
  });

  test('sends reads where they are answered, with its own authority instead of the key', async () => {
    const answer = await world.send('GET', 'prompts/abc?limit=5', {
      headers: { authorization: 'Bearer sk_x', 'x-picly-after': 'MC4wLjA', 'x-picly-internal': 'forged' },
    });
    expect(answer).toMatchObject({ status: 200, body: { data: [] } });
    expect(answer.headers.get('x-picly-as-of')).toBe('now');
    expect(behind.seen.at(-1)).toEqual({
      method: 'GET',
      url: '/api/analytics/prompts/abc?limit=5',
      internal: 'between-us',
      authorization: undefined,
      after: 'MC4wLjA',
    });
    expect((await world.send('GET', 'ratings/missing')).status).toBe(404);
  });

  test('describes what the services answer beside what it answers itself, as far as they can be asked', async () => {
    const answer = await fetch(`${world.url}/openapi.json`);
    expect(await answer.json()).toMatchObject({
      paths: { [OPERATION.path]: { get: { summary: OPERATION.summary } }, '/api/analytics/rate': { post: {} } },
    });
  });

  test('sends calls that only compute with what reading needs, as JSON however they came', async () => {
    const asked = { p_values: [0.1], method: 'holm' };
    for (const type of ['application/json', 'text/plain']) {
      const answer = await world.send('POST', 'experiments/adjust', { body: asked, headers: { 'content-type': type } });
      expect(answer.status).toBe(200);
      expect(behind.seen.at(-1)).toMatchObject({ method: 'POST', url: '/api/analytics/experiments/adjust', internal: 'between-us' });
      expect(JSON.parse(behind.bodies.at(-1) ?? '')).toEqual(asked);
    }
    expect((await world.send('POST', 'experiments/results', { body: {} })).status).toBe(405);
  });

  test('takes files of finished tests as large as the service does, and nothing else that large', async () => {
    const csv = 'unit,arm,value\n'.padEnd(3_000_000, 'x');
    expect((await world.send('POST', 'experiments/import', { body: { csv } })).status).toBe(200);
    expect(behind.bodies.at(-1)?.length).toBeGreaterThan(3_000_000);
    expect((await world.send('POST', 'experiments/plan', { body: { csv } })).status).toBe(413);
  });

  test('says so when a service does not answer', async () => {
    const answer = await world.send('GET', 'models');
    expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('answers itself what is its own', async () => {
    const asked = behind.seen.length;
    expect((await world.post('rate', { generation_id: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01', rating: 5 })).status).toBe(202);
    expect((await world.send('GET', 'engagement/daily')).status).toBe(404);
    expect(behind.seen.length).toBe(asked);
  });

  test('shows the dashboard of the services that answer', async () => {
    const answer = await world.send('GET', 'dashboard?days=7');
    expect(answer).toMatchObject({ status: 200, body: { top_prompts: [], engines: null, period: { days: 7 } } });
    expect(answer.body['unavailable']).toContainEqual({ part: 'engines', code: 'service_unavailable' });
  });

  test.each(['days=0', 'days=367', 'days=x', 'tz=Nowhere', 'from=2026-01-01&to=2025-12-01', 'from=2020-01-01', 'until=2026-01-01'])(
    'a query that makes no sense is refused: %s',
    async (query) => {
      expect(await world.send('GET', `dashboard?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_query' } });
    },
  );

  test('sends nothing on for who may not read', async () => {
    const made = await world.post('admin/keys', { name: 'web', scopes: ['ingest:browser'] });
    const asked = behind.seen.length;
    expect((await world.send('GET', 'prompts/abc', { headers: { authorization: `Bearer ${String(made.body['key'])}` } })).status).toBe(403);
    expect((await world.send('GET', 'prompts/abc')).status).toBe(401);
    expect(behind.seen.length).toBe(asked);
  });
});
