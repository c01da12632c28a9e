import { Body, Controller, Delete, Get, Module, Param, Post } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { RequireScope } from '../auth/auth.guard';
import { BodyLimit } from './body';
import { ProblemError } from '../problem/problem-error';
import { exchange } from '../testing/raw-http';
import { startTestApp, type TestApp } from '../testing/test-app';

@Controller('things')
@RequireScope('public')
class ThingsController {
  @Get('large')
  large(): object {
    return { text: 'x'.repeat(20_000) };
  }

  @Get('broken')
  broken(): never {
    throw Object.assign(new Error('password=hunter2'), { parameters: ['alice@example.com'] });
  }

  @Get('gone')
  gone(): never {
    throw new ProblemError('overloaded', { detail: 'come back', retryAfterSeconds: 1.2, extra: { event_id: 'e1' } });
  }

  @Get('one/:id')
  one(@Param('id') id: string): object {
    return { id };
  }

  @Delete('kept/:id')
  remove(@Param('id') id: string): object {
    return { id };
  }

  @Post('echo')
  echo(@Body() body: unknown): object {
    return { body };
  }

  @Post('take')
  take(): object {
    return {};
  }

  @Post('small')
  @BodyLimit(100)
  small(): object {
    return {};
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ module: ThingsModule, environment: { REQUEST_TIMEOUT_MS: '400' } });
});
afterAll(() => app.close());

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly type: string;
  readonly detail?: string;
  readonly instance?: string;
}

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${app.url}/things/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  return problem;
}

const bytes = (buffer: Buffer): Uint8Array<ArrayBuffer> => Uint8Array.from(buffer);

describe('bodies', () => {
  it.each([
    ['cut off', '{"a":'],
    ['empty', ''],
    ['with a __proto__ key', '{"__proto__":{"admin":true}}'],
    ['with a nested __proto__ key, escaped', '{"a":{"\\u005f_proto__":1}}'],
    ['not a number', '{"a":NaN}'],
  ])('JSON that is %s is 400 malformed_json', async (_title, body) => {
    expect(await problemOf(await post('echo', body))).toMatchObject({ status: 400, code: 'malformed_json' });
  });

  it('a DELETE that names a type of content and has none is no error', async () => {
    const response = await fetch(`${app.url}/things/kept/7`, { method: 'DELETE', headers: { 'content-type': 'application/json' } });
    expect(await response.json()).toEqual({ id: '7' });
  });

  it('bytes that are not UTF-8 are refused, not replaced', async () => {
    const response = await post('echo', bytes(Buffer.from([0x22, 0xff, 0xfe, 0x22])));
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'malformed_json', detail: 'the body is not UTF-8' });
  });

  it('JSON nested a hundred thousand deep is parsed without harm', async () => {
    const response = await post('take', '['.repeat(100_000) + ']'.repeat(100_000));
    expect(response.status).toBe(201);
  });

  it('the answer to one that is too large reaches a client that sends all of it first', async () => {
    const body = ' '.repeat(1_200_000);
    const answers = await exchange(
      Number(new URL(app.url).port),
      `POST /things/take HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}` +
        'GET /things/one/next HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    );
    expect(answers).toContain('HTTP/1.1 413');
    expect(answers).toContain('{"id":"next"}');
  });

  it('a beacon may send JSON as text/plain', async () => {
    const response = await post('echo', '{"a":1}', { 'content-type': 'text/plain;charset=UTF-8' });
    expect(await response.json()).toEqual({ body: { a: 1 } });
  });

  it.each(['application/xml', 'application/x-www-form-urlencoded', 'text/html'])('%s is 415', async (type) => {
    expect(await problemOf(await post('echo', 'a=1', { 'content-type': type }))).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
  });

  it('another charset than UTF-8 is 415', async () => {
    expect(await problemOf(await post('echo', '{}', { 'content-type': 'application/json; charset=latin1' }))).toMatchObject({
      status: 415,
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('a body may be compressed with %s', async (encoding, pack) => {
    const response = await post('echo', bytes(pack(Buffer.from('{"ü":1}'))), { 'content-encoding': encoding });
    expect(await response.json()).toEqual({ body: { ü: 1 } });
  });

  it('an encoding we do not know is 415 and names those we do', async () => {
    const response = await post('echo', '{}', { 'content-encoding': 'zstd' });
    expect(response.headers.get('accept-encoding')).toBe('gzip, br');
    expect(await problemOf(response)).toMatchObject({ status: 415 });
  });

  it.each(['gzip', 'br'])('a body that is not %s although it says so is 400', async (encoding) => {
    expect(await problemOf(await post('echo', 'plainly not', { 'content-encoding': encoding }))).toMatchObject({
      status: 400,
      code: 'malformed_json',
    });
  });

  it('a truncated gzip body is 400', async () => {
    const whole = gzipSync(randomBytes(2_000).toString('hex'));
    expect(await problemOf(await post('echo', bytes(whole.subarray(0, 1_000)), { 'content-encoding': 'gzip' }))).toMatchObject({
      status: 400,
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('a %s bomb is 413 although it is small on the wire', async (encoding, pack) => {
    const bomb = pack(Buffer.alloc(64 * 1_048_576, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await problemOf(await post('echo', bytes(bomb), { 'content-encoding': encoding }))).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
  });

  it('a body beyond 1 MiB is 413, also without a length', async () => {
    expect(await problemOf(await post('echo', `"${'x'.repeat(1_100_000)}"`))).toMatchObject({ status: 413 });
    const chunk = 'x'.repeat(0xffff);
    const chunks = `ffff\r\n${chunk}\r\n`.repeat(20);
    const answer = await exchange(
      app.port,
      `POST /things/echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('a route may have a limit of its own', async () => {
    expect((await post('small', JSON.stringify('x'.repeat(90)))).status).toBe(201);
    expect((await post('small', JSON.stringify('x'.repeat(110)))).status).toBe(413);
  });

  it('a body that never ends is 408 and the connection closes', async () => {
    const answer = await exchange(
      app.port,
      'POST /things/echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"a"',
    );
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });
});

describe('requests that no route takes', () => {
  it('an unknown path is 404', async () => {
    expect(await problemOf(await fetch(`${app.url}/nowhere?secret=1`))).toMatchObject({
      status: 404,
      code: 'not_found',
      instance: '/nowhere',
    });
  });

  it('a wrong method is 405 and says which are right', async () => {
    const response = await fetch(`${app.url}/things/one/7`, { method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });

  it('a broken percent encoding is 404, not 500', async () => {
    const answer = await exchange(app.port, 'GET /things/%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(answer).toContain('application/problem+json');
  });

  it('a parameter longer than any id is 404', async () => {
    expect(await problemOf(await fetch(`${app.url}/things/one/${'x'.repeat(600)}`))).toMatchObject({ status: 404 });
  });

  it('header fields beyond 16 KiB are 431', async () => {
    const answer = await exchange(app.port, `GET /things/large HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
  });

  it('what is not HTTP is 400', async () => {
    expect(await exchange(app.port, 'hello there\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  it('the path of a request is not echoed when it is not a plain path', async () => {
    const problem = await problemOf(await fetch(`${app.url}/<script>alert(1)</script>`));
    expect(JSON.stringify(problem)).not.toContain('<script>');
  });
});

describe('answers', () => {
  it('an unforeseen error is 500 without a word about it, and is logged without its parameters', async () => {
    const problem = await problemOf(await fetch(`${app.url}/things/broken`));
    expect(problem).toEqual({
      type: '/docs#problem-internal',
      title: 'Something is broken here',
      status: 500,
      instance: '/things/broken',
      code: 'internal',
    });
    const line = app.lines.find((each) => each['msg'] === 'a request failed');
    expect(line).toMatchObject({ route: '/things/broken', code: 'internal' });
    expect(JSON.stringify(app.lines)).not.toContain('alice@example.com');
  });

  it('a problem carries Retry-After in whole seconds and its own members', async () => {
    const response = await fetch(`${app.url}/things/gone`);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'overloaded', detail: 'come back', event_id: 'e1' });
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip;q=0.5', 'gzip'],
    ['br;q=0, *', 'gzip'],
  ])('a large answer to "Accept-Encoding: %s" is compressed with %s', async (accepted, encoding) => {
    const response = await fetch(`${app.url}/things/large`, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toContain('Accept-Encoding');
    expect(((await response.json()) as { text: string }).text).toHaveLength(20_000);
  });

  it('compressed bytes are what was meant', async () => {
    const raw = await exchange(app.port, 'GET /things/large HTTP/1.0\r\nhost: localhost\r\n\r\n');
    expect(raw).toContain('x'.repeat(20_000));
    const response = await fetch(`${app.url}/things/large`, { headers: { 'accept-encoding': 'identity' } });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(gunzipSync(gzipSync(await response.text())).length).toBeGreaterThan(20_000);
  });

  it('HEAD answers the head of GET', async () => {
    const response = await fetch(`${app.url}/things/large`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});
