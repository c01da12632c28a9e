import { createHash } from 'node:crypto';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { Text, Whole } from '@picly/contracts';
import { ListQuery } from '../query/list-query';
import { ValidQuery } from '../query/valid-query';
import { buildOpenApi } from '../service/build-openapi';
import { startTestApp } from '../testing/test-app';
import { View } from '../view/view.decorator';
import { Answers } from './answers';
import { DOCS_POLICY } from './docs-page';
import { documentOf, type OpenApiOperation } from './document';
import type { Operation } from './operation';

class PromptsQuery extends ListQuery {
  @Whole({ min: 1, max: 100 }, { optional: true, description: 'How many <b>rows</b>.' })
  override limit: number = 20;

  @Text({ max: 10 })
  engine!: string;
}

@Controller('api/analytics/prompts')
@View('prompt-analytics')
class PromptsController {
  @Get(':prompt_hash/similar')
  @Answers({ summary: 'Prompts like this one.', row: { prompt: 'a cat', similarity: 0.9 }, problems: ['not_found'] })
  similar(@ValidQuery(PromptsQuery) _query: PromptsQuery): object {
    return {};
  }

  @Post()
  @Answers({
    summary: 'Keeps one.',
    body: { type: 'object', properties: { id: { type: 'string' } } },
    accepts: { type: 'object', properties: { prompt: { type: 'string' } } },
  })
  keep(@Body() _body: unknown): object {
    return {};
  }
}

@Module({ controllers: [PromptsController] })
class PromptsModule {}
@Module({ imports: [PromptsModule] })
class OuterModule {}

const RATE: Operation = {
  method: 'post',
  path: '/api/analytics/rate',
  operationId: 'rate',
  summary: 'A person rated.',
  tag: 'writes',
  scope: 'ingest:browser',
  body: { type: 'object', required: ['rating'], properties: { rating: { type: 'integer', description: 'Stars & more.' } } },
  status: 202,
  problems: ['validation_failed', 'log_unavailable'],
};

const document = buildOpenApi({ module: OuterModule, operations: [RATE] });
const operation = (path: string, method: string): OpenApiOperation => {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`${method} ${path} is not in the document`);
  return found;
};

it('a controller method becomes an operation with its path, its parameters and their defaults', () => {
  const { parameters = [], ...similar } = operation('/api/analytics/prompts/{prompt_hash}/similar', 'get');
  expect(similar).toMatchObject({
    operationId: 'prompts_similar',
    summary: 'Prompts like this one.',
    tags: ['prompts'],
    'x-scope': 'read',
    security: [{ key: [] }],
  });
  expect(parameters.map(({ name, in: where, required }) => [name, where, required])).toEqual([
    ['prompt_hash', 'path', true],
    ['cursor', 'query', false],
    ['format', 'query', false],
    ['limit', 'query', false],
    ['engine', 'query', true],
    ['X-Picly-After', 'header', false],
  ]);
  expect(parameters.find(({ name }) => name === 'limit')?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
});

it('a list answers rows, a cursor and its freshness, in three forms, and every problem it can have', () => {
  const { responses } = operation('/api/analytics/prompts/{prompt_hash}/similar', 'get');
  expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '406', '500', '503']);
  expect(Object.keys(responses['200']?.content ?? {})).toEqual(['application/json', 'text/csv', 'application/x-ndjson']);
  expect(responses['200']?.content?.['application/json']?.schema).toMatchObject({
    required: ['data', 'next_cursor', 'as_of'],
    properties: { data: { items: { properties: { prompt: { type: 'string' }, similarity: { type: 'number' } } } } },
  });
});

it('what changes something needs admin, and says what body it takes', () => {
  const keep = operation('/api/analytics/prompts', 'post');
  expect(keep['x-scope']).toBe('admin');
  expect(keep.requestBody?.content['application/json']?.schema).toMatchObject({ properties: { prompt: { type: 'string' } } });
  expect(Object.keys(keep.responses)).toEqual(expect.arrayContaining(['201', '413', '415']));
});

it('operations routed otherwise stand beside the others', () => {
  expect(operation('/api/analytics/rate', 'post')).toMatchObject({ 'x-scope': 'ingest:browser', responses: { 202: {}, 503: {} } });
});

it('the same operations in another order give the same text, and every id is unique', () => {
  const other: Operation = { ...RATE, path: '/api/analytics/action', operationId: 'action' };
  expect(JSON.stringify(documentOf([RATE, other]))).toBe(JSON.stringify(documentOf([other, RATE])));
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

it('references point into the document', () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
});

it('the page shows every operation and problem without script or anything from elsewhere, texts escaped', async () => {
  const app = await startTestApp({ module: OuterModule, operations: [RATE] });
  const response = await fetch(`${app.url}/docs`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toBe(DOCS_POLICY);
  const page = await response.text();
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  expect(DOCS_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  for (const methods of Object.values(document.paths)) {
    for (const { operationId } of Object.values(methods)) expect(page).toContain(`id="${operationId}"`);
  }
  expect(page).toContain('id="problem-rate_limited"');
  expect(page).toContain('How many &lt;b&gt;rows&lt;/b&gt;.');
  expect(page).toContain('Stars &amp; more.');
  expect(page).not.toMatch(/<script|<img|<link|https?:\/\/|style="/);
  expect(await (await fetch(`${app.url}/openapi.json`)).json()).toEqual(JSON.parse(JSON.stringify(document)));
  await app.close();
});
