import { ProblemError, type ApiKey, type Caller } from '@picly/platform';
import { queryKeyOf, writerOf } from './writer';

const keyed = (overrides: Partial<ApiKey>): Caller => ({
  kind: 'key',
  key: { id: 'k', scopes: ['ingest:browser'], origins: [], rateLimitPerMinute: 60, ...overrides },
});

function answer(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof ProblemError ? error.code : error;
  }
}

describe('who may write', () => {
  const widget = keyed({ origins: ['https://picly.example'] });

  test('a server key writes everything', () => {
    expect(writerOf(keyed({ scopes: ['ingest:server'], rateLimitPerMinute: null }), undefined)).toEqual({
      keyId: 'k',
      mayWrite: 'everything',
      eventsPerMinute: null,
    });
  });

  test('a browser key writes what browsers send, from its origins only', () => {
    expect(writerOf(widget, 'https://picly.example')).toMatchObject({ mayWrite: 'browser-events', eventsPerMinute: 60 });
    expect(answer(() => writerOf(widget, 'https://evil.example'))).toBe('origin_not_allowed');
    expect(answer(() => writerOf(widget, undefined))).toBe('origin_not_allowed');
  });

  test('a key for reading cannot write', () => expect(answer(() => writerOf(keyed({ scopes: ['read'] }), undefined))).toBe('forbidden'));

  test('without any key everybody on this machine writes, but no page from elsewhere', () => {
    for (const origin of [undefined, 'http://localhost:8080', 'http://127.0.0.1'])
      expect(writerOf({ kind: 'loopback' }, origin).mayWrite).toBe('everything');
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'file://']) {
      expect(answer(() => writerOf({ kind: 'loopback' }, origin))).toBe('origin_not_allowed');
    }
  });

  test('a browser key may stand in the URL, a secret one never', () => {
    expect(queryKeyOf({ key: 'pk_x' })).toBe('pk_x');
    expect(queryKeyOf({})).toBeUndefined();
    expect(answer(() => queryKeyOf({ key: 'sk_x' }))).toBe('unauthenticated');
    expect(answer(() => queryKeyOf({ key: ['pk_x', 'pk_y'] }))).toBe('unauthenticated');
  });
});
