import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayWorld, type Answer } from '../../testing/gateway-world';

let world: GatewayWorld;
beforeAll(async () => void (world = await GatewayWorld.start()));
afterAll(() => world.stop());

interface Letter {
  readonly id: number;
  readonly event_id: string;
  readonly cause: string;
  readonly sequence: number;
}

const HEADERS = { ce_specversion: '1.0', ce_type: 'action-tracked', ce_time: '2026-01-01T00:00:00Z', ce_dataversion: '1' };
const body = (generation: string): object => ({ generation_id: generation, action: 'download' });

/** A broken event and events behind it, of a generation of their own; the letters in the order of the log. */
async function poisoned(events = 1, value = '{"action":'): Promise<{ readonly generation: string; readonly letters: readonly Letter[] }> {
  const generation = randomUUID();
  const ids = Array.from({ length: events }, () => randomUUID());
  await world.log.append(
    ids.map((id, n) => ({
      topic: 'picly.action-tracked',
      key: generation,
      value: Buffer.from(n === 0 ? value : JSON.stringify(body(generation))),
      headers: { ...HEADERS, ce_id: id },
      timestamp: Date.UTC(2026, 0, 1, 0, 0, n),
    })),
  );
  for (;;) {
    const answer = await list(`key=${generation}`);
    if (answer.length === events) return { generation, letters: [...answer].reverse() };
    await sleep(20);
  }
}

const list = async (query: string): Promise<readonly Letter[]> =>
  (await world.send('GET', `admin/dead-letters?${query}`)).body['data'] as readonly Letter[];
const act = (id: number | string, action: string, what: object = {}): Promise<Answer> =>
  world.post(`admin/dead-letters/${id}/${action}`, what);
const receipt = async (id: string | undefined): Promise<unknown> => (await world.send('GET', `events/${id}`)).body['status'];

describe('a dead letter over HTTP', () => {
  it('is found by projection, cause, code, key and event', async () => {
    const { generation, letters } = await poisoned(2);
    const [first, behind] = letters;
    expect(first).toMatchObject({ projection: 'receipts', cause: 'undecodable', code: 'EVENT_BODY_INVALID', key: generation, sequence: 1 });
    expect(await list(`key=${generation}&cause=behind`)).toEqual([behind]);
    expect(await list(`key=${generation}&code=EVENT_BODY_INVALID`)).toEqual([first]);
    expect(await list(`event_id=${first?.event_id}`)).toEqual([first]);
    expect(await list(`key=${generation}&projection=behaviour`)).toEqual([]);
    expect((await world.send('GET', 'admin/dead-letters?cause=because')).body).toMatchObject({ code: 'invalid_query' });
  });

  it('shows the bytes as they came, and what they say where that can be read', async () => {
    const { generation, letters } = await poisoned(2);
    const shown = await world.send('GET', `admin/dead-letters/${letters[0]?.id}`);
    expect(shown.body).toMatchObject({
      behind: 1,
      meaning: expect.stringContaining('no event') as string,
      content: null,
      original: { text: '{"action":', base64: Buffer.from('{"action":').toString('base64'), headers: { ce_type: 'action-tracked' } },
    });
    const behind = await world.send('GET', `admin/dead-letters/${letters[1]?.id}`);
    expect(behind.body).toMatchObject({ content: { type: 'action-tracked', person: 'none', body: body(generation) } });
  });

  it('fixed, is folded with those behind it; author, reason and original stay on record', async () => {
    const { generation, letters } = await poisoned(3);
    const [first, second, third] = letters;
    const fixed = await act(first?.id ?? 0, 'fix', { body: body(generation), reason: 'cut off by a proxy', author: 'ann' });
    expect([fixed.status, fixed.body]).toEqual([200, { folded: 3, duplicates: 0, discarded: 0, failures: [] }]);
    expect(await list(`key=${generation}`)).toEqual([]);
    for (const letter of [first, second, third]) expect(await receipt(letter?.event_id)).toBe('folded');
    const history = (await world.send('GET', `admin/dead-letters/history?event_id=${first?.event_id}`)).body['data'];
    expect(history).toMatchObject([
      { action: 'fix', author: 'ann', reason: 'cut off by a proxy', cause: 'undecodable', letter: first?.id },
    ]);
  });

  it.each([
    ['of another shape', { action: 'dance' }, 'validation_failed'],
    ['with fields nobody knows', { action: 'download', colour: 'red' }, 'validation_failed'],
    ['that is none', undefined, 'validation_failed'],
  ])('an edited copy %s is refused field by field, and nothing changes', async (_, changes, code) => {
    const { generation, letters } = await poisoned();
    const answer = await act(letters[0]?.id ?? 0, 'fix', changes && { body: { generation_id: generation, ...changes } });
    expect([answer.status, answer.body['code']]).toEqual([400, code]);
    expect(answer.body['errors']).toHaveLength(1);
    expect(await list(`key=${generation}`)).toEqual(letters);
  });

  it('that waits behind another is neither fixed nor replayed', async () => {
    const { generation, letters } = await poisoned(2);
    const [first, behind] = letters;
    for (const [action, what] of [
      ['replay', {}],
      ['fix', { body: body(generation) }],
    ] as const) {
      const answer = await act(behind?.id ?? 0, action, what);
      expect([answer.status, answer.body['code']]).toEqual([409, 'dead_letter_waits']);
      expect(answer.body['detail']).toContain(`waits behind ${first?.id}`);
    }
  });

  it('replayed in vain stays and says why', async () => {
    const { letters } = await poisoned();
    const answer = await act(letters[0]?.id ?? 0, 'replay');
    expect(answer.body).toMatchObject({
      folded: 0,
      failures: [{ letter: letters[0]?.id, cause: 'undecodable', code: 'EVENT_BODY_INVALID' }],
    });
  });

  it('discarded, is left out for good; a reason is wanted', async () => {
    const { generation, letters } = await poisoned(2);
    const [first, behind] = letters;
    expect((await act(first?.id ?? 0, 'discard')).body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/reason' }] });
    expect((await act(first?.id ?? 0, 'discard', { reason: 'not ours' })).body).toMatchObject({ discarded: 1, folded: 1 });
    expect(await list(`key=${generation}`)).toEqual([]);
    expect(await receipt(behind?.event_id)).toBe('folded');
    const history = (await world.send('GET', 'admin/dead-letters/history?action=discard')).body['data'];
    expect(history).toMatchObject([{ event_id: first?.event_id, author: 'somebody on this machine', reason: 'not ours' }]);
    const projections = (await world.send('GET', 'admin/projections')).body['data'] as readonly { readonly projection: string }[];
    expect(projections.find(({ projection }) => projection === 'receipts')).toMatchObject({ discarded: 1 });
  });

  it('all of a cause are replayed at once', async () => {
    const { generation } = await poisoned(1, '{"action":"all"');
    const answer = await world.post('admin/dead-letters/replay', { key: generation, cause: 'undecodable' });
    expect(answer.body).toMatchObject({ queues: 1, folded: 0, failures: [{ code: 'EVENT_BODY_INVALID' }] });
    expect((await world.post('admin/dead-letters/replay', { cause: 'because' })).status).toBe(400);
  });

  it.each(['999999', 'x', '%00'])('that is not there is 404: %s', async (id) => {
    expect((await world.send('GET', `admin/dead-letters/${id}`)).status).toBe(404);
    expect((await act(id, 'replay')).status).toBe(404);
    expect((await act(id, 'discard', { reason: 'why not' })).status).toBe(404);
  });
});
