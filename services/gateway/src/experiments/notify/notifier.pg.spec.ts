import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPool, migrate, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { ExperimentNotices1796000000002 } from './1796000000002-experiment-notices.migration';
import { NoticesQueries } from './notices.queries';
import { Notifier, signatureOf, waitAfter } from './notifier';

describe('telling a webhook', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let receiver: Server;
  let answers: number[] = [];
  const bodies: string[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url });
    await migrate(pool, { schema: 'runtime', migrations: [ExperimentNotices1796000000002] });
    await pool.query('create schema picly');
    await pool.query(`create table picly.experiment_decisions (event_id uuid, experiment text, revision int, verdict text, arm text, reasons text[],
      acted boolean, figures_as_of timestamptz, decided_at timestamptz)`);
    receiver = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.writeHead(answers.shift() ?? 200).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    receiver.close();
    await pool.close();
    await database.drop();
  });

  const decided = (n: number, verdict: string, acted = false): Promise<object[]> =>
    pool.query(
      `insert into picly.experiment_decisions values ($1, 'e', 2, $2, null, '{because}', $3, now(), now() - interval '1 hour' + $4 * interval '1 minute')`,
      [`00000000-0000-4000-8000-00000000000${n}`, verdict, acted, n],
    );
  const verdicts = (): unknown[] => bodies.map((body) => (JSON.parse(body) as { verdict: string }).verdict);

  it('sends what is news, once, and again after a failure when the wait is over', async () => {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const notifier = new Notifier(new NoticesQueries(pool), { url, secret: undefined });
    await decided(1, 'keep_running');
    await decided(2, 'keep_running');
    await decided(3, 'ship', true);
    answers = [200, 500];
    await notifier.round();
    await notifier.round();
    expect(verdicts()).toEqual(['keep_running', 'ship']);
    expect(await pool.query('select attempts, last_error from runtime.experiment_notices where delivered_at is null')).toEqual([
      { attempts: 1, last_error: 'answered 500' },
    ]);
    await pool.query('update runtime.experiment_notices set next_attempt_at = now()');
    await notifier.round();
    expect(verdicts()).toEqual(['keep_running', 'ship', 'ship']);
  });

  it('waits twice as long each time, and ends after days', () => {
    expect([1, 2, 3, 23].map(waitAfter)).toEqual([10, 20, 40, 21_600]);
    expect(waitAfter(24)).toBeNull();
  });

  it('signs time and body', () => {
    expect(signatureOf('{}', 'secret', 5)).toBe(`t=5,v1=${createHmac('sha256', 'secret').update('5.{}').digest('hex')}`);
  });
});
