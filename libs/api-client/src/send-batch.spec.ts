import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { ApiClient } from './api-client';
import { ApiError } from './errors';
import { sendBatch, type BatchEvent } from './send-batch';

type Handler = (events: readonly BatchEvent[], response: ServerResponse, request: IncomingMessage) => void;

let server: Server;
let handler: Handler;
let client: ApiClient;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      handler((JSON.parse(text) as { events: BatchEvent[] }).events, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new ApiClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, key: 'sk_test' });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const someEvents = (n: number): BatchEvent[] =>
  Array.from({ length: n }, (_, at) => ({ type: 'rate', event_id: `event-${at}`, feedback: 'long enough to be worth packing '.repeat(3) }));

const accept: Handler = (events, response) => {
  response.writeHead(202, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ results: events.map(({ event_id }) => ({ event_id, status: 'accepted' })), position: 'p' }));
};

const refuse = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ status, code: 'refused', title: 'No', errors: [{ pointer: '/events', code: 'x', message: 'is wrong' }] }));
};

describe('sendBatch', () => {
  it('answers one result per event, in order, and sends the key', async () => {
    let authorization: string | undefined;
    handler = (events, response, request) => {
      authorization = request.headers.authorization;
      accept(events, response, request);
    };
    const { results, positions } = await sendBatch(client, someEvents(30));
    expect(results.map((result) => result.event_id)).toEqual(someEvents(30).map((event) => event.event_id));
    expect(positions).toEqual(['p']);
    expect(authorization).toBe('Bearer sk_test');
  });

  it('waits as long as Retry-After says, then sends the same events again', async () => {
    const seen: string[][] = [];
    const waits: number[] = [];
    handler = (events, response, request) => {
      seen.push(events.map((event) => event.event_id));
      if (seen.length === 1) refuse(response, 503, { 'retry-after': '0.05' });
      else if (seen.length === 2) refuse(response, 429, { 'retry-after': '0' });
      else accept(events, response, request);
    };
    await sendBatch(client, someEvents(2), { onWait: (_error, waitMs) => waits.push(waitMs) });
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
    expect(waits).toEqual([50, 0]);
  });

  it('repeats when the connection breaks before the answer', async () => {
    let calls = 0;
    handler = (events, response, request) => {
      if (++calls === 1) request.socket.destroy();
      else accept(events, response, request);
    };
    const { results } = await sendBatch(client, someEvents(1));
    expect(results).toHaveLength(1);
    expect(calls).toBe(2);
  });

  it('halves a batch that is too large until it passes', async () => {
    const sizes: number[] = [];
    handler = (events, response, request) => {
      sizes.push(events.length);
      if (events.length > 3) refuse(response, 413);
      else accept(events, response, request);
    };
    const { results, positions } = await sendBatch(client, someEvents(8));
    expect(results.map((result) => result.event_id)).toEqual(someEvents(8).map((event) => event.event_id));
    expect(positions).toHaveLength(4);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(4);
  });

  it('throws at once what repeating does not help, with a sentence', async () => {
    handler = (_events, response) => refuse(response, 400);
    await expect(sendBatch(client, someEvents(1))).rejects.toMatchObject({
      status: 400,
      problem: 'refused',
      message: 'No; /events: is wrong',
      retryable: false,
    });
    handler = (_events, response) => refuse(response, 401);
    await expect(sendBatch(client, someEvents(1))).rejects.toThrow('PICLY_KEY');
  });

  it('gives up when the API stays away longer than its patience', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nobody = new ApiClient({ baseUrl: `http://127.0.0.1:${port}` });
    const error = await sendBatch(nobody, someEvents(1), { patienceMs: 300 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toMatch(
      /cannot be reached: nobody listens there. Start the system with "npm start", or set PICLY_URL/,
    );
  });
});
