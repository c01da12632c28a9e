import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiError, type BatchEvent, type BatchEventResult, type BatchTarget } from '@picly/api-client';
import { importFile, type ImportOptions, type ImportOutcome } from './import-file';
import { compileMapping } from './mapping/mapping';
import { fingerprintOf, ResumeState } from './resume-state';

const MAPPING = {
  name: 'spec',
  events: [
    {
      type: 'rate',
      fields: { generation_id: { uuid: ['picture'] }, rating: 'stars', user_id: 'by', occurred_at: { const: '2026-01-01T00:00:00Z' } },
    },
  ],
};

/** The API as far as imports know it: keeps events by id, and says what it knew. */
class FakeApi {
  readonly kept = new Map<string, BatchEvent>();
  requests = 0;
  beforeAnswer: (request: number) => void | Promise<void> = () => undefined;
  judge: (event: BatchEvent) => boolean = () => true;

  readonly client: BatchTarget = {
    baseUrl: 'http://fake',
    post: async <T>(_path: string, body: unknown) => {
      await this.beforeAnswer(++this.requests);
      const { events } = body as { readonly events: readonly BatchEvent[] };
      return { results: events.map((event) => this.keep(event)), position: 'p' } as T;
    },
  };

  private keep(event: BatchEvent): BatchEventResult {
    if (!this.judge(event))
      return {
        event_id: event.event_id,
        status: 'rejected',
        errors: [{ pointer: '/tags/0', code: 'unknown_tag', message: 'is not a tag' }],
      };
    const deduplicated = this.kept.has(event.event_id);
    this.kept.set(event.event_id, event);
    return { event_id: event.event_id, status: 'accepted', ...(deduplicated && { deduplicated }) };
  }
}

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-import-'));
  file = path.join(folder, 'ratings.csv');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rows = (n: number, stars = (at: number): number => 1 + (at % 5)): string =>
  `picture,stars,by\n${Array.from({ length: n }, (_, at) => `p${at},${stars(at)},u${at % 7}`).join('\n')}\n`;

async function run(api: FakeApi | undefined, more: Partial<ImportOptions> = {}): Promise<ImportOutcome> {
  return importFile({
    file,
    mapping: compileMapping(MAPPING),
    format: 'csv',
    client: api?.client,
    batchSize: 10,
    inFlight: 3,
    rejectsFile: path.join(folder, 'rejected.ndjson'),
    resume: api && new ResumeState(folder, file, await fingerprintOf(file, 'mapping')),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onWait: () => undefined,
    ...more,
  });
}

const report = async (): Promise<unknown[]> =>
  (await readFile(path.join(folder, 'rejected.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('an import', () => {
  it('sends every row once; a second time changes nothing', async () => {
    await writeFile(file, rows(95));
    const api = new FakeApi();
    expect((await run(api)).tally).toMatchObject({
      rows: 95,
      invalidRows: 0,
      answered: { accepted: 95, deduplicated: 0, rejectedRows: 0 },
    });
    const before = JSON.stringify([...api.kept]);
    expect((await run(api)).tally.answered).toEqual({ accepted: 0, deduplicated: 95, rejectedRows: 0 });
    expect(JSON.stringify([...api.kept])).toBe(before);
    expect(api.requests).toBe(20);
  });

  it('reports rows that do not fit, here and at the API, and takes the others', async () => {
    await writeFile(
      file,
      rows(20, (at) => (at === 3 ? 9 : 5)),
    );
    const api = new FakeApi();
    api.judge = (event) => event['user_id'] !== 'u6';
    const { tally } = await run(api);
    expect(tally).toMatchObject({ rows: 20, invalidRows: 1, answered: { accepted: 17, rejectedRows: 2 } });
    const lines = await report();
    expect(lines).toHaveLength(3);
    expect(lines).toContainEqual({
      row: 4,
      pointer: '/rating',
      code: 'whole_number',
      message: 'rating must be a whole number from 1 to 5',
      column: 'stars',
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ row: 7, pointer: '/tags/0', code: 'unknown_tag', event: 'rate', event_id: expect.any(String) as string }),
    );
  });

  it('sends nothing in a check, and finds the same bad rows', async () => {
    await writeFile(
      file,
      rows(20, (at) => (at < 2 ? 0 : 5)),
    );
    const { tally } = await run(undefined);
    expect(tally).toMatchObject({ rows: 20, checked: 18, invalidRows: 2 });
    expect((await report()).map((line) => (line as { row: number }).row)).toEqual([1, 2]);
  });

  it('goes on behind what was acknowledged when it was cut off, with the same account in the end', async () => {
    await writeFile(
      file,
      rows(200, (at) => (at % 50 === 49 ? 7 : 4)),
    );
    const api = new FakeApi();
    api.beforeAnswer = (request) => {
      if (request === 12) throw new ApiError('API_REFUSED', 'the key was revoked', { status: 401 });
    };
    await expect(run(api)).rejects.toThrow('the key was revoked');
    const sentBefore = api.kept.size;
    expect(sentBefore).toBeGreaterThan(80);
    api.beforeAnswer = () => undefined;
    const requestsBefore = api.requests;
    const { tally, resumedAt } = await run(api);
    expect(resumedAt).toBeGreaterThan(80);
    expect(api.requests - requestsBefore).toBeLessThan(13);
    expect(api.kept.size).toBe(196);
    expect(tally.answered.accepted + tally.answered.deduplicated).toBe(196);
    expect(tally.invalidRows).toBe(4);
    expect((await report()).map((line) => (line as { row: number }).row)).toEqual([50, 100, 150, 200]);
    expect(existsSync(new ResumeState(folder, file, await fingerprintOf(file, 'mapping')).file)).toBe(false);
  });

  it('stops on request after the requests under way, and goes on later', async () => {
    await writeFile(file, rows(500));
    const api = new FakeApi();
    const stop = new AbortController();
    api.beforeAnswer = (request) => {
      if (request === 5) stop.abort();
    };
    const first = await run(api, { signal: stop.signal });
    expect(first.stopped).toBe(true);
    expect(api.kept.size).toBeLessThan(200);
    const second = await run(api);
    expect(second.resumedAt).toBe(
      api.kept.size - (second.tally.answered.accepted + second.tally.answered.deduplicated - first.tally.answered.accepted) ||
        second.resumedAt,
    );
    expect(api.kept.size).toBe(500);
  });

  it('begins anew when the file changed', async () => {
    await writeFile(file, rows(100));
    const api = new FakeApi();
    api.beforeAnswer = (request) => {
      if (request === 6) throw new ApiError('API_REFUSED', 'no', { status: 400 });
    };
    await expect(run(api)).rejects.toThrow('no');
    await writeFile(file, rows(101));
    api.beforeAnswer = () => undefined;
    expect((await run(api)).resumedAt).toBe(0);
    expect(api.kept.size).toBe(101);
  });
});
