import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build, picly, System, type List } from './testing/system-process';

const GENERATION = '0b6f9a52-6a0e-4a9e-9f0e-6a4a1f4f1d11';

let folder: string;
let dataDir: string;
let system: System;

const stop = async (): Promise<void> => void (await system?.stop());
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const postgresPid = async (): Promise<number> =>
  Number((await readFile(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);

beforeAll(build, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'picly-standalone-'));
  dataDir = path.join(folder, 'data');
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

jest.setTimeout(120_000);

describe('the whole system in one process', () => {
  it('says ready first, with its addresses, and answers calls that write and calls that read', async () => {
    system = await System.start(dataDir);
    expect(system.output).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+\n/);
    const generation = await system.post('generation', {
      generation_id: GENERATION,
      prompt: 'a lighthouse at dawn',
      engine: 'flux-pro',
      success: true,
      response_time: 3.5,
      cost: 0.08,
      revenue: 0.096,
    });
    const rating = await system.post('rate', {
      generation_id: GENERATION,
      rating: 5,
      quality_score: 95,
      feedback: 'Amazing quality!',
      tags: ['composition', 'colors', 'details'],
      time_to_rate: 45,
    });
    const action = await system.post('action', { generation_id: GENERATION, action: 'download' });
    const behavior = await system.post('behavior', {
      session_id: 'session_123',
      action: 'button_click',
      details: { button: 'generate' },
      page: '/generator',
      device: { category: 'desktop' },
      time: 5,
    });
    const suggestions = await system.get<List<{ prompt: string; avg_rating: number }>>(
      'prompt-suggestions?engine=flux-pro&limit=5',
      generation.position,
      rating.position,
    );
    expect(suggestions.data).toMatchObject([{ prompt: 'a lighthouse at dawn', avg_rating: 5 }]);
    const top = await system.get<List<{ prompt: string }>>('top-prompts?engine=flux-pro&min_ratings=5&limit=50', rating.position);
    expect(top.data).toEqual([]);
    const dashboard = await system.get<Record<string, unknown>>('dashboard?days=30', action.position, behavior.position);
    expect(dashboard).toHaveProperty('totals');
    const addresses = system.output.match(/http:\S+(?=\n)/g)?.slice(1) ?? [];
    expect(addresses).toHaveLength(3);
    for (const address of addresses) expect((await fetch(address)).status).toBe(200);
  });

  it('answers a read with its own write', async () => {
    system = await System.start(dataDir);
    for (let n = 1; n <= 5; n++) {
      const { position } = await system.post('rate', { generation_id: GENERATION, rating: n, user_id: 'ada' });
      const facts = await system.get<List<{ rating: number }>>(`ratings?generation_id=${GENERATION}`, position);
      expect(facts.data.map((row) => row.rating)).toEqual([n]);
    }
  });

  it('ends on Ctrl-C within seconds, leaves no process behind, and has everything after a restart', async () => {
    system = await System.start(dataDir, { SHUTDOWN_TIMEOUT_MS: '60000' });
    const { position } = await system.post('rate', { generation_id: GENERATION, rating: 4 });
    const server = await postgresPid();
    expect(isAlive(server)).toBe(true);
    const before = Date.now();
    expect(await system.stop()).toBe(0);
    // Far below the minute that it would wait for work under way: there is none.
    expect(Date.now() - before).toBeLessThan(20_000);
    expect(isAlive(server)).toBe(false);
    expect(system.errors).toBe('');
    system = await System.start(dataDir);
    const facts = await system.get<List<{ rating: number }>>(`ratings?generation_id=${GENERATION}`, position);
    expect(facts.data.map((row) => row.rating)).toEqual([4]);
  });

  it('has every acknowledged event after being killed, without a gap or a duplicate', async () => {
    system = await System.start(dataDir);
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (;;) {
        const generationId = randomUUID();
        await system.post('rate', { generation_id: generationId, rating: 5 });
        acknowledged.push(generationId);
        if (acknowledged.length === 200) system.signalGroup('SIGKILL');
      }
    })();
    await expect(writing).rejects.toThrow();
    await system.ended();
    system = await System.start(dataDir);
    await system.folded();
    const summary = await system.get<List<{ count: number }>>('ratings/summary');
    const count = summary.data[0]?.count ?? 0;
    // One request may have been written and not answered.
    expect([acknowledged.length, acknowledged.length + 1]).toContain(count);
    for (const id of [acknowledged[0], acknowledged.at(-1)]) {
      expect((await system.get<List<unknown>>(`ratings?generation_id=${id}`)).data).toHaveLength(1);
    }
  });

  it('takes the Ctrl-C that npm passes on once more for the one it is', async () => {
    system = await System.start(dataDir);
    system.signalGroup('SIGINT');
    system.signalGroup('SIGINT');
    expect(await system.ended()).toBe(0);
    expect(system.errors).toBe('');
  });

  it('waits for a request under way when it is to stop, and ends at once when it is asked again', async () => {
    system = await System.start(dataDir, { SHUTDOWN_TIMEOUT_MS: '60000' });
    const { hostname, port } = new URL(system.url);
    const unfinished = connect(Number(port), hostname);
    unfinished.on('error', () => undefined);
    const headers = ['host: x', 'content-type: application/json', 'content-length: 100', 'expect: 100-continue'];
    unfinished.write(['POST /api/analytics/rate HTTP/1.1', ...headers, '', '{'].join('\r\n'));
    // The answer to the headers says that the request is under way.
    const [answer] = (await once(unfinished, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
    system.signalGroup('SIGTERM');
    await delay(1_500);
    expect(isAlive(system.pid)).toBe(true);
    const asked = Date.now();
    system.signalGroup('SIGINT');
    expect(await system.ended()).toBe(1);
    // Far below the minute that it would wait.
    expect(Date.now() - asked).toBeLessThan(20_000);
    unfinished.destroy();
  });

  it('says in one sentence that the data directory or the port is in use, or that a setting is wrong', async () => {
    system = await System.start(dataDir);
    const port = new URL(system.url).port;
    const second = System.spawn(dataDir);
    expect(await second.ended()).not.toBe(0);
    expect(second.errors).toMatch(/^could not start: \S+ is in use by process \d+: stop it first, or set DATA_DIR to another directory\n$/);
    const third = System.spawn(path.join(folder, 'other'), { PORT: port });
    expect(await third.ended()).toBe(78);
    expect(third.errors).toContain(`PORT must be free, and ${port} is in use`);
    const fourth = System.spawn(path.join(folder, 'other'), { PORT: 'many', LOG_LEVEL: 'loud' });
    expect(await fourth.ended()).toBe(78);
    expect(fourth.errors.trim().split('\n')).toHaveLength(2);
    expect([second, third, fourth].map((each) => each.output)).toEqual(['', '', '']);
  });
});

describe('the command line against it', () => {
  const rows = [
    'prompt,engine,rater,rating',
    'a fox,sdxl,ada,5',
    'a fox,sdxl,bob,3',
    'a fox,flux,ada,4',
    'an owl,flux,bob,2.5',
    'a fox,sdxl,bob,3',
  ].join('\n');

  async function facts(): Promise<string> {
    const list = await system.get<List<Record<string, unknown>>>('ratings?limit=100');
    return JSON.stringify(list.data);
  }

  it('imports a file, reports its bad row, and changes nothing the second time', async () => {
    system = await System.start(dataDir);
    const file = path.join(folder, 'ratings.csv');
    await writeFile(file, rows);
    const args = ['import', file, '--map', 'ratings', '--state', path.join(folder, 'state')];
    const first = await picly(system.url, ...args);
    expect(first.stdout).toContain('5 rows, 6 events accepted, 0 known already, 2 repeated in the file, 1 row rejected');
    expect(first.code).toBe(2);
    const report = await readFile(path.join(folder, 'state/ratings.csv.rejected.ndjson'), 'utf8');
    expect(JSON.parse(report)).toMatchObject({ row: 4, column: 'rating', pointer: '/rating', code: 'whole_number' });
    await system.folded();
    const before = await facts();
    const second = await picly(system.url, ...args);
    expect(second.stdout).toContain('5 rows, 0 events accepted, 6 known already');
    await system.folded();
    expect(await facts()).toBe(before);
    const summary = await system.get<List<object>>('ratings/summary');
    expect(summary.data).toMatchObject([{ count: 3, avg: 4, distribution: [0, 0, 1, 1, 1] }]);
  });

  it('shows status and settings, makes and revokes keys, and exports', async () => {
    system = await System.start(dataDir);
    await system.post('rate', { generation_id: GENERATION, rating: 4, feedback: 'fine' });
    await system.folded();
    const status = await picly(system.url, 'status', '--partitions');
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/prompt-analytics v\d+\s+1\s+0/);
    expect((await picly(system.url, 'config')).stdout).toContain('DATABASE_URL=');
    const exported = await picly(system.url, 'export', 'ratings', '--format', 'ndjson');
    expect(JSON.parse(exported.stdout)).toMatchObject({ generation_id: GENERATION, rating: 4, feedback: 'fine' });
    const created = await picly(system.url, 'keys', 'create', '--name', 'ops', '--scopes', 'admin,read');
    expect(created.stdout).toMatch(/^sk_\S+\n$/);
    const refused = await picly(system.url, 'keys', 'list');
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: 'the API wants a key: set PICLY_KEY to one that may do this\n' });
  });

  it('ends with a sentence when nothing answers or the arguments are wrong', async () => {
    const away = await picly('http://127.0.0.1:1', 'status');
    expect(away).toMatchObject({ code: 1, stdout: '' });
    expect(away.stderr).toMatch(/^http:\/\/127\.0\.0\.1:1 cannot be reached: .*\n$/);
    expect(await picly('x', 'import', 'nope.csv', '--map', 'ratings')).toMatchObject({ code: 1, stderr: 'nope.csv does not exist\n' });
    expect((await picly('x', 'import', 'nope.csv', '--map', 'nope')).stderr).toContain(
      'there is no preset "nope"; there are ab-units, purchases, ratings, scores',
    );
    expect((await picly('x', 'frobnicate')).code).toBe(1);
  });
});

describe('the demo', () => {
  it('tells what the simulation counted, exactly, the second time too', async () => {
    for (const round of ['first', 'second']) {
      system = System.spawn(dataDir, {}, 'demo.js', ['--events', '3000', '--seed', 'spec', '--no-keep-running']);
      expect({ round, code: await system.ended(), errors: system.errors }).toEqual({ round, code: 0, errors: '' });
      expect(system.output).toMatch(/^ready http/);
      expect(system.output).toContain('figures checked are what the simulation counted');
    }
    expect(system.output).toContain('all were known from an earlier run');
    const other = System.spawn(dataDir, {}, 'demo.js', ['--events', '4000', '--no-keep-running']);
    expect(await other.ended()).toBe(64);
    expect(other.errors).toContain('holds the world of --seed spec --events 3000');
  });
});
