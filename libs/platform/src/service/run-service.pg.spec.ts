import path from 'node:path';
import { createServer, type Server } from 'node:net';
import { createTestDatabase, startProcess, startTcpProxy, type TestDatabase, type TestProcess } from '@picly/testing';

const FIXTURE = path.join(__dirname, '..', 'testing', 'run-fixture.ts');
const started: TestProcess[] = [];

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase()));
afterAll(() => database.drop());
afterEach(() => {
  for (const running of started.splice(0)) running.signal('SIGKILL');
});

function run(settings: Record<string, string> = {}): TestProcess {
  const running = startProcess(FIXTURE, [JSON.stringify({ PORT: '0', DATABASE_URL: database.url, LOG_PARTITIONS: '1', ...settings })]);
  started.push(running);
  return running;
}

const READY = /^ready (http:\/\/\S+)$/;
const readyUrl = (running: TestProcess): Promise<string> => running.whenLine((line) => READY.exec(line)?.[1]);
const line = (running: TestProcess, containing: string): Promise<string> =>
  running.whenLine((text) => (text.includes(containing) ? text : undefined));

it('ready means that requests are answered, with database, log and projections', async () => {
  const running = run();
  const url = await readyUrl(running);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const ready = await fetch(`${url}/health/ready`);
  expect(await ready.json()).toEqual({ status: 'ok', checks: { database: 'ok', log: 'ok', projections: 'ok' } });
  running.signal('SIGTERM');
  expect(await running.ended).toBe(0);
});

it.each(['SIGTERM', 'SIGINT'] as const)('%s lets the answers under way finish, then the process ends with 0', async (signal) => {
  const running = run();
  const url = await readyUrl(running);
  const answer = fetch(`${url}/fixture/slow`);
  await line(running, 'entered');
  running.signal(signal);
  expect(await (await answer).json()).toEqual({ done: true });
  expect(await running.ended).toBe(0);
});

it('a second signal ends at once', async () => {
  const running = run();
  const url = await readyUrl(running);
  const answer = fetch(`${url}/fixture/stuck`).catch(() => 'cut off');
  await line(running, 'entered');
  running.signal('SIGTERM');
  await line(running, 'stopping: SIGTERM');
  running.signal('SIGTERM');
  expect(await running.ended).toBe(1);
  expect(await answer).toBe('cut off');
});

it('work that does not end is cut off after SHUTDOWN_TIMEOUT_MS', async () => {
  const running = run({ SHUTDOWN_TIMEOUT_MS: '300' });
  const url = await readyUrl(running);
  const answer = fetch(`${url}/fixture/stuck`).catch(() => 'cut off');
  await line(running, 'entered');
  running.signal('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(await answer).toBe('cut off');
});

it('an error that nobody caught ends the process with 1, after it was logged', async () => {
  const running = run();
  const url = await readyUrl(running);
  await fetch(`${url}/fixture/crash`);
  expect(await line(running, 'something was not caught')).toContain('nobody catches this');
  expect(await running.ended).toBe(1);
});

describe('a process that cannot run says why and ends with 78', () => {
  it('names every wrong variable, without a stack trace', async () => {
    const running = run({ PORT: '99999', LOG_LEVEL: 'loud' });
    const lines = await Promise.all([line(running, 'PORT'), line(running, 'LOG_LEVEL')]);
    expect(lines).toEqual([
      expect.stringMatching(/^configuration: PORT must be /),
      expect.stringMatching(/^configuration: LOG_LEVEL must be one of /),
    ]);
    expect(await running.ended).toBe(78);
    await expect(line(running, '    at ')).rejects.toThrow();
  });

  it('does not listen beyond this machine while nothing guards the door', async () => {
    const running = run({ HOST: '0.0.0.0' });
    expect(await line(running, 'configuration: HOST must be loopback')).toContain('INTERNAL_TOKEN');
    expect(await running.ended).toBe(78);
  });

  it('listens elsewhere once something does', async () => {
    const running = run({ HOST: '0.0.0.0', INTERNAL_TOKEN: 'secret' });
    expect(await readyUrl(running)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('names the port that is taken', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const running = run({ PORT: String(port) });
    expect(await line(running, 'configuration: PORT')).toContain(`${port} is in use`);
    expect(await running.ended).toBe(78);
    other.close();
  });
});

it('a database that is not there yet is waited for with one line, and a signal ends the waiting', async () => {
  const running = run({ DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:9/none' });
  const waiting = await line(running, 'waiting for the database');
  expect(waiting).toContain('127.0.0.1:9/none');
  expect(waiting).not.toContain('hunter2');
  running.signal('SIGINT');
  expect(await running.ended).toBe(0);
});

it('a database that goes away makes the process not ready, and comes back by itself', async () => {
  const { hostname, port, pathname, username, password } = new URL(database.url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const running = run({ DATABASE_URL: `postgres://${username}:${password}@127.0.0.1:${proxy.port}${pathname}` });
  const url = await readyUrl(running);
  const statusIs = async (wanted: number): Promise<void> => {
    while ((await fetch(`${url}/health/ready`)).status !== wanted) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  proxy.refuse(true);
  await statusIs(503);
  proxy.refuse(false);
  await statusIs(200);
  running.signal('SIGTERM');
  expect(await running.ended).toBe(0);
  await proxy.close();
});
