import { Controller, Delete, Get, Module, Post } from '@nestjs/common';
import { request } from 'node:http';
import { KEY_STORE } from '../service/tokens';
import { startTestApp, type TestApp } from '../testing/test-app';
import { allows, SCOPES, type ApiKey, type Caller, type KeyStore, type Scope } from './key-store';
import { isLoopback, isLoopbackHost } from './loopback';
import { RequireScope } from './auth.guard';

const key = (...scopes: Scope[]): ApiKey => ({ id: scopes.join('+'), scopes, origins: [], rateLimitPerMinute: null });
const KEYS = new Map([
  ['browser', key('ingest:browser')],
  ['mixed', key('ingest:browser', 'read', 'admin')],
  ['server', key('ingest:server')],
  ['read', key('read')],
  ['admin', key('admin')],
]);
let known = KEYS;
const store: KeyStore = { hasKeys: async () => known.size > 0, find: async (secret) => known.get(secret) };

@Controller('api')
class ThingsController {
  @Get('things')
  list(): object {
    return {};
  }
  @Post('things')
  make(): object {
    return {};
  }
  @Get('admin/things')
  administer(): object {
    return {};
  }
  @Delete('administration')
  remove(): object {
    return {};
  }
  @Get('open')
  @RequireScope('public')
  open(): object {
    return {};
  }
}

@Module({ controllers: [ThingsController], providers: [{ provide: KEY_STORE, useValue: store }] })
class DoorModule {}
@Module({ controllers: [ThingsController] })
class InnerModule {}

const status = async (app: TestApp, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> =>
  (await fetch(app.url + path, { method, headers })).status;
const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

function withHost(app: TestApp, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port: app.port, host: '127.0.0.1', path: '/api/things', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the public door', () => {
  let app: TestApp;
  beforeAll(async () => (app = await startTestApp({ module: DoorModule })));
  afterAll(() => app.close());
  beforeEach(() => (known = KEYS));

  it.each([
    ['read', '/api/things', 'GET', 200],
    ['admin', '/api/things', 'GET', 200],
    ['server', '/api/things', 'GET', 403],
    ['browser', '/api/things', 'GET', 403],
    ['mixed', '/api/things', 'GET', 403],
    ['read', '/api/admin/things', 'GET', 403],
    ['admin', '/api/admin/things', 'GET', 200],
    ['mixed', '/api/admin/things', 'GET', 403],
    ['read', '/api/things', 'POST', 403],
    ['read', '/api/administration', 'DELETE', 403],
    ['admin', '/api/administration', 'DELETE', 200],
    ['read', '/metrics', 'GET', 200],
    ['browser', '/metrics', 'GET', 403],
  ])('a key with scope %s asking %s by %s %s', async (secret, path, method, expected) => {
    expect(await status(app, path, bearer(secret), method)).toBe(expected === 200 && method === 'POST' ? 201 : expected);
  });

  it('no key, an unknown key and a strange header are 401 with the way to do it', async () => {
    for (const headers of [{}, bearer('nobody'), { authorization: 'Basic abc' }, { authorization: 'Bearer' }, bearer('x'.repeat(600))]) {
      const response = await fetch(`${app.url}/api/things`, { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      expect(await response.json()).toMatchObject({ code: 'unauthenticated' });
    }
  });

  it('what is public needs no key', async () => {
    for (const path of ['/api/open', '/health/live', '/docs', '/openapi.json']) expect(await status(app, path)).toBe(200);
  });

  it('without any key this machine may do everything, under its own name only', async () => {
    known = new Map();
    expect(await status(app, '/api/admin/things')).toBe(200);
    expect(await withHost(app, 'localhost:3000')).toBe(200);
    expect(await withHost(app, 'evil.example')).toBe(403);
  });

  it('without any key a page from elsewhere gets nothing done, although its browser is on this machine', async () => {
    known = new Map();
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      const response = await fetch(`${app.url}/api/things`, {
        method: 'POST',
        headers: { origin, 'content-type': 'text/plain' },
        body: '{}',
      });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'origin_not_allowed' });
    }
    expect(await status(app, '/api/things', { origin: 'http://localhost:5173' }, 'POST')).toBe(201);
  });
});

describe('behind the gateway', () => {
  it('only the shared secret opens', async () => {
    const app = await startTestApp({ module: InnerModule, environment: { INTERNAL_TOKEN: 's3cret' } });
    expect(await status(app, '/api/things')).toBe(401);
    expect(await status(app, '/api/things', bearer('admin'))).toBe(401);
    expect(await status(app, '/api/things', { 'x-picly-internal': 'S3cret' })).toBe(401);
    expect(await status(app, '/api/admin/things', { 'x-picly-internal': 's3cret' })).toBe(200);
    expect(await status(app, '/metrics')).toBe(200);
    await app.close();
  });

  it('the secret of the gateway is no key at the public door', async () => {
    known = KEYS;
    const app = await startTestApp({ module: DoorModule, environment: { INTERNAL_TOKEN: 's3cret' } });
    expect(await status(app, '/api/things', { 'x-picly-internal': 's3cret' })).toBe(401);
    await app.close();
  });
});

it('a browser key never allows more than its own events', () => {
  const caller: Caller = { kind: 'key', key: key(...SCOPES) };
  expect(SCOPES.filter((scope) => allows(caller, scope))).toEqual(['ingest:browser']);
});

it.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', '::ffff:127.0.0.1'])('%s is this machine', (address) =>
  expect(isLoopback(address)).toBe(true),
);
it.each(['10.0.0.1', '0.0.0.0', '::', '127.evil.com', '', undefined])('%s is not this machine', (address) =>
  expect(isLoopback(address)).toBe(false),
);
it.each(['localhost', 'LOCALHOST:80', '127.0.0.1:3000', '[::1]:3000', '::1'])('host %s is this machine', (host) =>
  expect(isLoopbackHost(host)).toBe(true),
);
it.each(['localhost.evil.com', '127.0.0.1.nip.io', 'evil:127', '[::2]', ''])('host %s is not this machine', (host) =>
  expect(isLoopbackHost(host)).toBe(false),
);
