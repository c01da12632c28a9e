import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { standalone } from '../../services/standalone/src/standalone.module';

const SECRET = 'a secret for webhooks';
const script = /```sh\n([\s\S]*?)```/.exec(readFileSync(path.join(__dirname, 'run-an-experiment.md'), 'utf8'))?.[1] ?? '';

describe('the session in run-an-experiment.md', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'picly-experiment-'));
  const told: { readonly signature: string; readonly body: string }[] = [];
  let receiver: Server;
  let database: TestDatabase;
  let service: ServiceHandle;

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        told.push({ signature: String(request.headers['x-picly-signature']), body: Buffer.concat(chunks).toString() });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    database = await createTestDatabase();
    const config = readStandaloneConfig({
      DATABASE_URL: database.url,
      PORT: '0',
      LOG_LEVEL: 'silent',
      LOG_PARTITIONS: '2',
      EXPERIMENT_LOOK_S: '1',
      EXPERIMENT_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      EXPERIMENT_WEBHOOK_SECRET: SECRET,
    });
    service = await startService(standalone, config);
    await promisify(execFile)('bash', ['-e', '-c', script], {
      cwd: folder,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', PICLY: service.url },
      timeout: 120_000,
    });
  }, 180_000);
  afterAll(async () => {
    await service.close();
    await database.drop();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = <T>(name: string): T => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as T;

  it('ends with results that name the winner', () => {
    const results = file<{ decision: object; metrics: { metric: string; arms: { n: number }[] }[] }>('results.json');
    expect(results.decision).toMatchObject({ verdict: 'ship', arm: 'green' });
    expect(results.metrics[0]?.arms.reduce((sum, { n }) => sum + n, 0)).toBe(801);
  });

  it('ships it, as an event with reasons', () => {
    expect(file('look.json')).toMatchObject({ state: 'shipped', arm: 'green', author: 'rule', decision: { verdict: 'ship', acted: true } });
    const history = file<{ revisions: { change: string }[] }>('history.json');
    expect(history.revisions.map(({ change }) => change)).toEqual(['defined', 'started', 'shipped']);
  });

  it('gives everybody the arm that was shipped', async () => {
    const answer = await fetch(`${service.url}/api/analytics/experiments/button-colour/assignment?user_id=somebody-new`);
    expect(await answer.json()).toMatchObject({ arm: 'green', reason: 'shipped', expose: false });
  });

  it('tells the webhook, signed', async () => {
    for (let tries = 0; told.length === 0 && tries < 200; tries++) await delay(100);
    const { signature, body } = told[0] ?? { signature: '', body: '{}' };
    expect(JSON.parse(body)).toMatchObject({ experiment: 'button-colour', verdict: 'ship', arm: 'green', acted: true });
    const seconds = /^t=(\d+),/.exec(signature)?.[1] ?? '';
    expect(signature).toBe(`t=${seconds},v1=${createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex')}`);
  });
});
