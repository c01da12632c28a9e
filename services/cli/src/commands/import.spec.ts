import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { encodePosition, topicOf } from '@picly/contracts';
import { readCliConfig } from '../config';
import { runImport } from './import';

const MAPPING = {
  name: 'spec',
  events: [
    {
      type: 'rate',
      fields: { generation_id: { uuid: ['picture'] }, rating: 'stars', user_id: 'by', occurred_at: { const: '2026-01-01T00:00:00Z' } },
    },
  ],
};

const positionOf = (offset: number): string => encodePosition([{ topic: topicOf('rating-submitted'), partition: 0, offset }]);

interface Batch {
  readonly events: readonly { readonly event_id: string }[];
}

const bodyOf = (request: IncomingMessage): Promise<unknown> =>
  json(request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request);

let folder: string;
let server: Server;
/** What was asked, in order: a batch by the position it got, a read by the one it waits for. */
let asked: string[];

async function answer(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET') {
    asked.push(`read after ${String(request.headers['x-picly-after'])}`);
    return {};
  }
  const { events } = (await bodyOf(request)) as Batch;
  const position = positionOf(asked.length);
  asked.push(`batch ${position}`);
  return { results: events.map(({ event_id }) => ({ event_id, status: 'accepted' })), position };
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-import-'));
  asked = [];
  server = createServer((request, response) => {
    void answer(request).then((body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

it('an import of several files sends them all before it waits for the views, for the furthest of their positions', async () => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const files = ['a', 'b', 'c'].map((name) => path.join(folder, `${name}.csv`));
  for (const file of files) await writeFile(file, `picture,stars,by\n${path.basename(file)},4,somebody\n`);
  const map = path.join(folder, 'mapping.json');
  await writeFile(map, JSON.stringify(MAPPING));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  const code = await runImport(files, { map, set: new Map(), batch: 10, state: folder }, { ...readCliConfig({}), url });

  const [first, second, third, ...reads] = asked;
  expect({ code, sent: [first, second, third] }).toEqual({ code: 0, sent: [0, 1, 2].map((at) => `batch ${positionOf(at)}`) });
  expect([...new Set(reads)]).toEqual([`read after ${positionOf(2)}`]);
});
