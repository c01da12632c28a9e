import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startProcess, type TestProcess } from '@picly/testing';
import { createPool } from '../pool';
import { findBinaries } from './binaries';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres';
import { goneWithin } from './ownership';

let root: string;
const started: EmbeddedPostgres[] = [];
const processes: TestProcess[] = [];
/** Servers of those processes. */
const servers: number[] = [];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'picly-embedded-'));
  await chmod(root, 0o755);
});

afterEach(async () => {
  for (const one of processes.splice(0)) {
    one.signal('SIGKILL');
    await one.ended;
  }
  // They end a little later by themselves, and write until then.
  for (const pid of servers.splice(0)) await goneWithin(pid, 60_000);
  for (const server of started.splice(0)) await server.stop();
  await rm(root, { recursive: true, force: true });
});

const dataDir = () => path.join(root, 'pg');

async function start(options: { readonly port?: number } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: dataDir(), durable: false, ...options });
  started.push(server);
  return server;
}

async function startElsewhere(): Promise<{ process: TestProcess; url: string; pid: number }> {
  const child = startProcess(path.join(__dirname, 'embedded-postgres.fixture.ts'), [dataDir()]);
  processes.push(child);
  const server = await child.whenLine((line) => (line.startsWith('{') ? (JSON.parse(line) as { url: string; pid: number }) : undefined));
  servers.push(server.pid);
  return { process: child, ...server };
}

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const pool = createPool({ url, maxConnections: 1 });
  try {
    return await pool.query<Row>(text);
  } finally {
    await pool.close();
  }
}

describe('the embedded server', () => {
  it('starts, and starts again, in a folder that nobody but its owner may enter', async () => {
    await chmod(root, 0o700);
    for (const answer of [1, 2]) {
      const server = await start();
      await expect(ask(server.url, `select ${answer} as answer`)).resolves.toEqual([{ answer }]);
      await server.stop();
    }
  });

  it('makes its database on first use and finds it again, on the same port', async () => {
    const first = await start();
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    await expect(ask(second.url, 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
  });

  it('listens on the loopback interface only, with a password that only its owner can read', async () => {
    const { url } = await start();
    await expect(ask(url, 'show listen_addresses')).resolves.toEqual([{ listen_addresses: '127.0.0.1' }]);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    const { mode } = await stat(path.join(dataDir(), 'server.json'));
    expect(mode & 0o077).toBe(0);
  });

  it('checks its pages, and sorts alike on every machine', async () => {
    const { url } = await start();
    await expect(ask(url, 'show data_checksums')).resolves.toEqual([{ data_checksums: 'on' }]);
    await expect(
      ask(url, `select string_agg(x, '' order by x) as sorted, lower('ÄÖ') as low from unnest('{b,B,a,ä,Z}'::text[]) x`),
    ).resolves.toEqual([{ sorted: 'BZabä', low: 'äö' }]);
  });

  it('takes another port when the one it had is taken', async () => {
    const first = await start();
    const other = await startEmbeddedPostgres({ dataDir: path.join(root, 'other'), durable: false, port: first.port });
    started.push(other);
    expect(other.port).not.toBe(first.port);
  });

  it('refuses a directory that a living process has, and says what to do', async () => {
    const { process: child, url } = await startElsewhere();
    const refused = start();
    await expect(refused).rejects.toMatchObject({ code: 'EMBEDDED_POSTGRES_IN_USE' });
    await expect(refused).rejects.toThrow(new RegExp(`in use by process ${child.pid}: stop it first, or set DATA_DIR`));
    await expect(ask(url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('does not outlive a killed application, and comes back with what was committed', async () => {
    const { process: child, url, pid } = await startElsewhere();
    await ask(url, 'create table kept as select 42 as answer');
    child.signal('SIGKILL');
    await child.ended;
    const again = await start();
    await expect(ask(again.url, 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
    expect(again.pid).not.toBe(pid);
    expect(await goneWithin(pid, 0)).toBe(true);
  });

  it('comes back after it was killed together with the application', async () => {
    const { process: child, url, pid } = await startElsewhere();
    await ask(url, 'create table kept as select 42 as answer');
    process.kill(pid, 'SIGKILL');
    child.signal('SIGKILL');
    await child.ended;
    const again = await start();
    await expect(ask(again.url, 'select answer from kept')).resolves.toEqual([{ answer: 42 }]);
  });

  it('is not reached by Ctrl-C in the terminal: the application decides when it stops', async () => {
    const { process: child, url, pid } = await startElsewhere();
    process.kill(-child.pid, 'SIGINT');
    await child.whenLine((line) => (line === 'interrupted' ? line : undefined));
    await expect(ask(url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    child.signal('SIGTERM');
    await expect(child.ended).resolves.toBe(0);
    expect(await goneWithin(pid, 0)).toBe(true);
  });

  it('tells when it ends unasked', async () => {
    const ended = new Promise<number | null>((resolve) => {
      void startEmbeddedPostgres({ dataDir: dataDir(), durable: false, onUnexpectedEnd: resolve }).then((server) => {
        started.push(server);
        if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
      });
    });
    await ended;
  });

  it('names the remedy where there is no server for the platform', () => {
    expect(() => findBinaries('sunos', 'sparc')).toThrow(/no embedded Postgres for sunos-sparc .*set DATABASE_URL/);
  });
});
