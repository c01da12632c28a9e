import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafkaLog } from '@picly/event-log';
import { describeWithEmptyKafka, runPage } from '@picly/testing';

const PAGE = 'docs/how-to/move-to-kafka.md';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Sends events one after the other, each until it is taken, as the clients of this project do. */
class Sender {
  readonly accepted: string[] = [];
  refused = 0;
  private stopping = false;
  private readonly running: Promise<void>;

  constructor(private readonly url: string) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const id = randomUUID();
      while (!(await this.isTaken(id))) {
        // One that was never confirmed may or may not be in the log.
        if (this.stopping) return;
        await sleep(100);
      }
      this.accepted.push(id);
    }
  }

  private async isTaken(id: string): Promise<boolean> {
    const body = JSON.stringify({
      event_id: id,
      generation_id: id,
      rating: 1 + (this.accepted.length % 5),
      user_id: `user ${this.accepted.length % 7}`,
    });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const status = await fetch(`${this.url}/api/analytics/rate`, init).then(
      (response) => response.text().then(() => response.status),
      () => 0,
    );
    if (status === 503) this.refused += 1;
    return status === 202;
  }
}

interface Status {
  readonly data: readonly {
    readonly projection: string;
    readonly lag_events: number;
    readonly events_folded: number;
    readonly dead_letters: number;
  }[];
}

describeWithEmptyKafka('moving to Kafka', ({ brokers }) => {
  let folder: string;
  let url: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'picly-move-'))));
  afterAll(async () => {
    const pid = Number(await readFile(path.join(folder, 'system.pid'), 'utf8').catch(() => '0'));
    if (pid > 0) {
      process.kill(pid, 'SIGTERM');
      for (let alive = true; alive; await sleep(100)) {
        try {
          process.kill(pid, 0);
        } catch {
          alive = false;
        }
      }
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('works as the page says, and no event is lost while traffic goes on', async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const sender = new Sender(url);
    const env = {
      PORT: String(port),
      PICLY_URL: url,
      DATA_DIR: path.join(folder, 'data'),
      KAFKA: brokers.join(','),
      LOG_PARTITIONS: '3',
      LOG_LEVEL: 'warn',
    };
    const said = await runPage(PAGE, { cwd: folder, env, timeoutMs: 240_000 }).finally(() => sender.stop());
    expect(said).toContain('the log has moved: start the system with KAFKA_BROKERS=');
    expect(sender.refused).toBeGreaterThan(0);
    const log = await createKafkaLog({ brokers, clientId: 'test' });
    const bounds = await log.bounds(['picly.rating-submitted']);
    const ids: string[] = [];
    for (const { topic, partition, start, end } of bounds) {
      if (end === start) continue;
      const batches = await log.read({ from: [{ topic, partition, offset: start }], maxRecords: 100_000, maxWaitMs: 1_000 });
      ids.push(...batches.flatMap(({ records }) => records.map(({ headers }) => headers['ce_id'] ?? '')));
    }
    await log.close();
    expect(ids).toEqual(expect.arrayContaining(sender.accepted));
    expect(ids.length - sender.accepted.length).toBeLessThanOrEqual(1);
    for (;;) {
      const { data } = (await (await fetch(`${url}/api/analytics/admin/projections`)).json()) as Status;
      if (data.some((row) => row.lag_events !== 0)) {
        await sleep(100);
        continue;
      }
      const receipts = data.find(({ projection }) => projection === 'receipts');
      expect(receipts).toMatchObject({ events_folded: ids.length, dead_letters: 0 });
      return;
    }
  }, 300_000);
});
