import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { unseal, readSealed, PersonKeys } from '@picly/personal-data';
import { createPool } from '@picly/database';
import { dataDir } from '@picly/testing';
import { GatewayWorld } from '../../testing/gateway-world';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01';
const RATE = { generation_id: GENERATION, rating: 5 };
const COSTLY = { generation_id: GENERATION, prompt: 'p', engine: 'e', success: true, response_time: 1, cost: 1, revenue: 1 };
const deep = (depth: number): string =>
  `{"generation_id":"${GENERATION}","action":"edit","details":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ REQUEST_TIMEOUT_MS: '700' });
});
afterAll(() => world.stop());

/** What is sent, and the answer it must get: status, code, and where the errors point. */
const TABLE: readonly (readonly [string, string, unknown, string])[] = [
  ['malformed JSON', 'rate', '{"rating":', '400 malformed_json'],
  ['no body', 'rate', '', '400 malformed_json'],
  ['a __proto__ key', 'rate', `{"generation_id":"${GENERATION}","rating":5,"__proto__":{"x":1}}`, '400 malformed_json'],
  ['a constructor key', 'rate', { ...RATE, constructor: { prototype: 1 } }, '400 malformed_json|400 validation_failed /constructor'],
  ['a list', 'rate', [RATE], '400 validation_failed '],
  ['null', 'rate', 'null', '400 validation_failed '],
  ['a word', 'rate', '"x"', '400 validation_failed '],
  ['NaN', 'rate', `{"generation_id":"${GENERATION}","rating":NaN}`, '400 malformed_json'],
  ['a NaN-like word', 'rate', { ...RATE, rating: 'NaN' }, '400 validation_failed /rating'],
  [
    'an infinite number',
    'rate',
    `{"generation_id":"${GENERATION}","rating":5,"quality_score":1e400}`,
    '400 validation_failed /quality_score',
  ],
  ['half a star', 'rate', { ...RATE, rating: 4.5 }, '400 validation_failed /rating'],
  ['six stars', 'rate', { ...RATE, rating: 6 }, '400 validation_failed /rating'],
  ['a number as text', 'rate', { ...RATE, rating: '5' }, '400 validation_failed /rating'],
  ['missing fields', 'rate', {}, '400 validation_failed /generation_id /rating'],
  ['an unknown field', 'rate', { ...RATE, ratign: 5 }, '400 validation_failed /ratign'],
  ['null for absent', 'rate', { ...RATE, feedback: null }, '400 validation_failed /feedback'],
  ['too much feedback', 'rate', { ...RATE, feedback: 'x'.repeat(5_001) }, '400 validation_failed /feedback'],
  ['an unknown tag', 'rate', { ...RATE, tags: ['colors', 'nonsense'] }, '400 validation_failed /tags/1'],
  ['a tag twice', 'rate', { ...RATE, tags: ['colors', 'colors'] }, '400 validation_failed /tags'],
  [
    'tags deep in lists',
    'rate',
    `{"generation_id":"${GENERATION}","rating":5,"tags":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    '400 validation_failed /tags',
  ],
  ['a date in the future', 'rate', { ...RATE, occurred_at: '2999-01-01T00:00:00Z' }, '400 validation_failed /occurred_at'],
  ['a date before 2000', 'rate', { ...RATE, occurred_at: '1999-12-31T23:59:59Z' }, '400 validation_failed /occurred_at'],
  ['a date without zone', 'rate', { ...RATE, occurred_at: '2026-01-01T00:00:00' }, '400 validation_failed /occurred_at'],
  ['NUL', 'rate', { ...RATE, feedback: 'a\u0000b' }, '400 validation_failed /feedback'],
  ['a lone surrogate', 'rate', `{"generation_id":"${GENERATION}","rating":5,"feedback":"\\ud800"}`, '400 validation_failed /feedback'],
  [
    'a lone surrogate as a name',
    'rate',
    `{"generation_id":"${GENERATION}","rating":5,"context":{"\\ud800":1}}`,
    '400 validation_failed /context',
  ],
  ['a negative cost', 'generation', { ...COSTLY, cost: -0.01 }, '400 validation_failed /cost'],
  ['a currency in words', 'generation', { ...COSTLY, currency: 'dollar' }, '400 validation_failed /currency'],
  ['an unknown action', 'action', { generation_id: GENERATION, action: 'like' }, '400 validation_failed /action'],
  ['an id that is none', 'action', { generation_id: '1; drop table', action: 'edit' }, '400 validation_failed /generation_id'],
  ['an exposure without variant', 'exposure', { experiment: 'e', user_id: 'u' }, '400 validation_failed /variant'],
  ['17 levels', 'action', deep(17), '400 validation_failed /details'],
  ['100,000 levels', 'action', deep(100_000), '400 validation_failed /details'],
  ['100,000 unknown fields', 'rate', Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`f${n}`, 0])), '400 validation_failed'],
  ['a body of 5 MB', 'rate', { ...RATE, feedback: 'x'.repeat(5_000_000) }, '413 body_too_large'],
  ['a batch of 6 MB', 'batch', { events: [{ type: 'rate', ...RATE, feedback: 'x'.repeat(6_000_000) }] }, '413 body_too_large'],
];

describe('bad input has its stated answer and leaves nothing in the log', () => {
  test.each(TABLE)('%s', async (_name, path, body, expected) => {
    const answer = await world.post(path, body);
    const errors = (answer.body['errors'] ?? []) as readonly { readonly pointer: string }[];
    const got = [answer.status, answer.body['code'], ...errors.map((each) => each.pointer).sort()].join(' ');
    const wanted = expected.split('|');
    expect(wanted.some((each) => (each.endsWith('validation_failed') ? got.startsWith(each) : got === each)) ? '' : got).toBe('');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.text.length).toBeLessThan(20_000);
    expect(await world.appended()).toHaveLength(0);
  });

  test('what was sent is not echoed', async () => {
    const { text } = await world.post('rate', {
      generation_id: '<script>1',
      rating: '<script>2',
      feedback: '<script>3\0',
      tags: ['<script>4'],
      occurred_at: '<script>5',
    });
    expect(text).not.toContain('script');
  });

  test('a type of content that is not taken', async () => {
    expect(await world.post('rate', 'rating=5', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({ status: 415 });
    expect(await world.post('rate', JSON.stringify(RATE), { 'content-encoding': 'zstd' })).toMatchObject({ status: 415 });
    expect(await world.post('rate', 'not gzip', { 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
      body: { code: 'malformed_json' },
    });
  });

  test('a small body that unpacks to a large one', async () => {
    expect(await world.post('rate', gzipSync(' '.repeat(50_000_000)), { 'content-encoding': 'gzip' })).toMatchObject({ status: 413 });
  });

  test('another method or path', async () => {
    expect(await world.send('PUT', 'rate', { body: RATE })).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(await world.post('rates', RATE)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('a body that never ends', async () => {
    const { hostname, port } = new URL(world.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          'POST /api/analytics/rate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"rating"',
        ),
      );
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain('HTTP/1.1 408');
    expect(answer).toContain('request_timeout');
  });
});

/** `undefined`, said in one line, where the data is not on this machine. */
function naughtyStrings(): readonly string[] | undefined {
  const file = path.join(dataDir() ?? '', 'naughty_strings.json');
  if (dataDir() !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
  process.stderr.write('naughty strings: not available (set PICLY_DATA_DIR to the folder of naughty_strings.json)\n');
  return undefined;
}

describe('odd input that is good', () => {
  test.each([
    ['an unknown generation', 'rate', RATE],
    ['an unknown engine', 'generation', { ...COSTLY, engine: '\u202Eenigne' }],
    ['another currency', 'generation', { ...COSTLY, currency: 'EUR' }],
    ['an empty prompt', 'generation', { ...COSTLY, prompt: '' }],
    ['16 levels', 'action', deep(16)],
  ])('%s is kept', async (_name, path, body) => expect((await world.post(path, body)).status).toBe(202));

  const strings = naughtyStrings();
  if (strings)
    test('every naughty string comes back byte for byte or is refused with the reason', async () => {
      const events = strings.map((text) => ({ type: 'rate', ...RATE, user_id: 'tester', feedback: text }));
      const answer = await world.post('batch', { events });
      expect(answer.status).toBe(202);
      const results = answer.body['results'] as readonly { readonly event_id: string; readonly status: string }[];
      const sealed = new Map((await world.appended()).map((event) => [event.id, event.sealed]));
      const pool = createPool({ url: world.database.url });
      const key = (await new PersonKeys({ pool }).ensure([{ kind: 'user', id: 'tester' }])).get('user:tester');
      await pool.close();
      if (!key) throw new Error('no key');
      results.forEach(({ event_id: id, status }, n) => {
        if (status === 'rejected') return expect(strings[n]).toMatch(/\0|\p{Surrogate}/u);
        return expect(unseal(readSealed(sealed.get(id) ?? ''), id, key)['feedback']).toBe(strings[n]);
      });
      for (const wrong of [(text: string) => ({ tags: [text] }), (text: string) => ({ rating: text }), (text: string) => ({ [text]: 1 })]) {
        const refused = await world.post('batch', { events: strings.map((text) => ({ type: 'rate', ...RATE, ...wrong(text) })) });
        expect(refused).toMatchObject({ status: 202, body: { position: null } });
      }
    });
});
