import { Controller, Get, Module } from '@nestjs/common';
import { encodePosition, Text, topicOf } from '@picly/contracts';
import { parse } from 'csv-parse/sync';
import { Answers } from '../openapi/answers';
import { encodeCursor } from '../query/cursor';
import { ListQuery } from '../query/list-query';
import { ValidQuery } from '../query/valid-query';
import { FRESH, startTestApp, type TestApp } from '../testing/test-app';
import { harmless } from './csv';
import { listPage, pageOf, type ListPage } from './list-page';
import { View } from './view.decorator';

const ROWS = [
  { prompt: '=cmd|calc!A1', n: -5, ratio: null, tags: ['a', 'b'], note: 'line one\r\n"two", ü 🎨' },
  { prompt: '-5.2', n: 1e21, ratio: 0.25, tags: [], note: '' },
];

class PromptsQuery extends ListQuery {
  @Text({ max: 10 }, { optional: true })
  engine?: string;
}

let asked: { projections: readonly string[]; timeoutMs: number } | undefined;
let caughtUp = true;

@Controller('prompts')
@View('prompt-analytics')
class PromptsController {
  @Get('top')
  @Answers({ summary: 'The best.', row: { prompt: 'x', n: 1, ratio: 0.5, tags: ['a'], note: '' } })
  top(@ValidQuery(PromptsQuery) query: PromptsQuery): ListPage<object> {
    return pageOf(ROWS, query.limit, (last) => encodeCursor([last.prompt]));
  }

  @Get('none')
  @Answers({ summary: 'Nothing.', row: { prompt: 'x', n: 1 } })
  none(@ValidQuery(ListQuery) _query: ListQuery): ListPage<object> {
    return listPage([]);
  }

  @Get('many')
  many(@ValidQuery(ListQuery) _query: ListQuery): ListPage<object> {
    async function* rows(): AsyncGenerator<{ i: number }> {
      for (let i = 0; i < 20_000; i++) yield { i };
    }
    return listPage(rows());
  }

  @Get('breaks')
  breaks(@ValidQuery(ListQuery) _query: ListQuery): ListPage<object> {
    async function* rows(): AsyncGenerator<{ i: number }> {
      for (let i = 0; i < 5_000; i++) yield { i };
      throw new Error('the database went away');
    }
    return listPage(rows());
  }

  @Get('summary')
  summary(): object {
    return { count: 2 };
  }
}

@Module({ controllers: [PromptsController] })
class PromptsModule {}

let app: TestApp;
beforeAll(async () => {
  const freshness = {
    ...FRESH,
    waitFor: async (projections: readonly string[], _position: unknown, timeoutMs: number) => {
      asked = { projections, timeoutMs };
      return caughtUp;
    },
  };
  app = await startTestApp({ module: PromptsModule, freshness, environment: { READ_WAIT_MS: '70' } });
});
afterAll(() => app.close());
beforeEach(() => {
  asked = undefined;
  caughtUp = true;
});

const AS_OF = { event_time: '2026-03-01T10:00:00.000Z', lag_events: 3, lag_ms: 40, at: '2026-03-01T10:00:01.000Z' };
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${app.url}/prompts/${path}`, { headers });

describe('forms of a list', () => {
  it('is JSON by default, with the rows as they are and the next cursor', async () => {
    const response = await get('top?limit=1');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ data: [ROWS[0]], next_cursor: encodeCursor(['=cmd|calc!A1']), as_of: AS_OF });
  });

  it.each([
    ['top?format=csv', '*/*'],
    ['top', 'text/csv'],
    ['top', 'text/html;q=0.9, text/csv;q=0.8'],
  ])('%s accepting %s is RFC 4180 with formulas made harmless, nested values as JSON, numbers as numbers', async (path, accept) => {
    const response = await get(path, { accept });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="top.csv"');
    expect(JSON.parse(response.headers.get('x-picly-as-of') ?? '')).toEqual(AS_OF);
    const text = await response.text();
    expect(text.split('\r\n')[0]).toBe('prompt,n,ratio,tags,note');
    expect(parse(text, { columns: true })).toEqual([
      { prompt: "'=cmd|calc!A1", n: '-5', ratio: '', tags: '["a","b"]', note: 'line one\r\n"two", ü 🎨' },
      { prompt: '-5.2', n: '1e+21', ratio: '0.25', tags: '[]', note: '' },
    ]);
  });

  it('is NDJSON, one row a line, with as_of and the cursor in headers', async () => {
    const response = await get('top?format=ndjson&limit=1');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers.get('x-picly-next-cursor')).toBe(encodeCursor(['=cmd|calc!A1']));
    expect(
      (await response.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([ROWS[0]]);
  });

  it('the format parameter beats the Accept header', async () => {
    expect((await get('top?format=json', { accept: 'text/csv' })).headers.get('content-type')).toContain('json');
  });

  it('nothing acceptable is 406', async () => {
    const response = await get('top', { accept: 'image/png' });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ code: 'not_acceptable' });
  });

  it('an unknown format is 400 and named', async () => {
    const response = await get('top?format=xml');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_query', errors: [{ pointer: '/format', code: 'one_of' }] });
  });

  it('a CSV without rows has its header all the same', async () => {
    expect(await (await get('none?format=csv')).text()).toBe('prompt,n\r\n');
    expect(await (await get('none?format=ndjson')).text()).toBe('');
    expect(await (await get('none')).json()).toEqual({ data: [], next_cursor: null, as_of: AS_OF });
  });

  it.each(['json', 'csv', 'ndjson'])('many rows are streamed as %s', async (format) => {
    const text = await (await get(`many?format=${format}`, { 'accept-encoding': 'gzip' })).text();
    const count =
      format === 'json'
        ? (JSON.parse(text) as { data: unknown[] }).data.length
        : text.trimEnd().split('\n').length - (format === 'csv' ? 1 : 0);
    expect(count).toBe(20_000);
  });

  it.each(['json', 'csv', 'ndjson'])(
    'a %s export that breaks half-way ends with a broken connection, not like a complete one',
    async (format) => {
      await expect(get(`breaks?format=${format}`).then((response) => response.text())).rejects.toThrow();
      await expect(get(`breaks?format=${format}`, { 'accept-encoding': 'identity' }).then((response) => response.text())).rejects.toThrow();
    },
  );
});

describe('freshness', () => {
  const position = encodePosition([{ topic: topicOf('rating-submitted'), partition: 1, offset: 7 }]);

  it('an answer that is no list says how fresh it is', async () => {
    expect(await (await get('summary')).json()).toEqual({ count: 2, as_of: AS_OF });
  });

  it('X-Picly-After waits for the view of the route, as long as is configured', async () => {
    expect((await get('summary', { 'x-picly-after': position })).status).toBe(200);
    expect(asked).toEqual({ projections: ['prompt-analytics'], timeoutMs: 70 });
  });

  it('a view that does not get there in time is 503 with Retry-After', async () => {
    caughtUp = false;
    const response = await get('summary', { 'x-picly-after': position });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'not_caught_up' });
  });

  it.each(['x', 'MS4y', '', '%00'])('"%s" is no position', async (token) => {
    const response = await get('summary', { 'x-picly-after': token });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_position' });
  });
});

describe('cells', () => {
  it.each(['=1+1', '+cmd', '-cmd', '@SUM(A1)', '\t=1', '\r=1', '-5.2.1', '=', '+1-1'])('%j gets an apostrophe', (text) =>
    expect(harmless(text)).toBe(`'${text}`),
  );
  it.each(['-5', '+5.25', '-1e-7', '.5', 'a=1', "'=1", '', ' =1'])('%j stays', (text) => expect(harmless(text)).toBe(text));
});
