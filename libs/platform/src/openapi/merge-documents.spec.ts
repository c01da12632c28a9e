import { documentOf, type OpenApiDocument } from './document';
import { mergeDocuments } from './merge-documents';
import { OpenApiSource } from './openapi-source';
import type { Operation } from './operation';

const operation = (path: string, summary = path, tag = 'reads'): Operation => ({
  method: 'get',
  path,
  operationId: path,
  summary,
  tag,
  scope: 'read',
  status: 200,
  problems: [],
});
const served = (...operations: Operation[]): OpenApiDocument => documentOf(operations);

describe('documents of several services as one', () => {
  test('is the document that one process with all of them has', () => {
    const operations = [operation('/b', 'b', 'second'), operation('/a'), operation('/c', 'c', 'first')];
    const [b, a, c] = operations.map((one) => served(one));
    expect(JSON.stringify(mergeDocuments(b!, [a!, c!]))).toBe(JSON.stringify(served(...operations)));
  });

  test('a path that two have is described by the first', () => {
    const merged = mergeDocuments(served(operation('/health', 'mine')), [served(operation('/health', 'theirs'))]);
    expect(merged.paths['/health']?.['get']?.summary).toBe('mine');
  });

  test('a service that does not answer is left out', async () => {
    const source = new OpenApiSource(() => served(operation('/a')));
    source.standBefore([async () => served(operation('/b')), async () => undefined]);
    expect(Object.keys((await source.document()).paths)).toEqual(['/a', '/b']);
  });
});
