import { uuidOf } from '@picly/testing';
import { GatewayWorld } from '../testing/gateway-world';

/** Reads events of an open answer, one after the other. */
class Stream {
  private text = '';
  private constructor(
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly abort: AbortController,
  ) {}

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Stream> {
    const abort = new AbortController();
    const response = await fetch(`${url}/api/analytics/live`, { headers, signal: abort.signal });
    if (!response.body) throw new Error(`no stream: ${response.status}`);
    return new Stream(response.body.getReader(), abort);
  }

  async next(): Promise<{ readonly id: string; readonly views: Readonly<Record<string, { readonly folded: number }>> }> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end >= 0) {
        const event = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        const id = /^id: (.*)$/m.exec(event)?.[1];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (id !== undefined && data !== undefined) return { id, ...(JSON.parse(data) as { views: Record<string, { folded: number }> }) };
        continue;
      }
      const { value, done } = await this.reader.read();
      if (done) throw new Error('the stream ended');
      this.text += new TextDecoder().decode(value);
    }
  }

  close(): void {
    this.abort.abort();
  }
}

describe('what moves, as it moves', () => {
  let world: GatewayWorld;
  beforeAll(async () => {
    world = await GatewayWorld.start();
  });
  afterAll(() => world.stop());

  const rate = (n: number) => world.post('rate', { generation_id: uuidOf(n, 3), rating: 5 });

  test('every view is told at first, then those that folded something', async () => {
    const stream = await Stream.open(world.url);
    const before = await stream.next();
    await rate(1);
    const after = await stream.next();
    expect(after.views['receipts']?.folded).toBeGreaterThan(before.views['receipts']?.folded ?? 0);
    stream.close();
  });

  test('who comes back is told what moved meanwhile, and nothing when nothing did', async () => {
    const first = await Stream.open(world.url);
    const { id } = await first.next();
    first.close();
    await rate(2);
    const again = await Stream.open(world.url, { 'last-event-id': id });
    expect(Object.keys((await again.next()).views)).toContain('receipts');
    again.close();
  });

  test('needs a key that may read, once there are keys, and ends when the process stops', async () => {
    const admin = await world.post('admin/keys', { name: 'me', scopes: ['admin'] });
    expect((await fetch(`${world.url}/api/analytics/live`)).status).toBe(401);
    const stream = await Stream.open(world.url, { authorization: `Bearer ${String(admin.body['key'])}` });
    await stream.next();
    await world.service.close();
    await expect(stream.next()).rejects.toThrow();
  });
});
