import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from '@picly/database';
import { createPostgresLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { installProjections, ProjectionRunner, topicsOf } from '@picly/projections';
import { projectionsNamed } from '../harness/projections';

const MOST_MS = 1_800_000;
const LOOK_MS = 20;

/** usage: runner.js <postgres url> <projections>: folds everything in the log from offset 0 and prints how long it took. */
async function main(): Promise<void> {
  const [url = '', names = ''] = process.argv.slice(2);
  const projections = projectionsNamed(names.split(','));
  await installProjections(url, projections);
  const pool = createPool({ url });
  const log = await createPostgresLog({ url });
  const bounds = await log.bounds([...new Set(projections.flatMap((projection) => topicsOf(projection)))]);
  const ends = bounds.filter(({ start, end }) => end > start).map(({ topic, partition, end }) => ({ topic, partition, offset: end - 1 }));
  const events = bounds.reduce((sum, { start, end }) => sum + end - start, 0);
  const failed: string[] = [];
  const logger = { error: (_: object, message: string) => void failed.push(message), warn: () => undefined, info: () => undefined };
  const runner = new ProjectionRunner({ pool, log, personKeys: new PersonKeys({ pool }), projections, group: randomUUID(), logger });
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await runner.start();
  await runner.whenFolded(ends, MOST_MS);
  const seconds = (performance.now() - startedAt) / 1_000;
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({ events, seconds, nodeCpuSeconds: (used.user + used.system) / 1e6, failed: failed.slice(0, 3) }));
  await runner.stop();
  await log.close();
  await pool.close();
  await sleep(LOOK_MS);
}

void main();
