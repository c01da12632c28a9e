import path from 'node:path';
import type { DecodedEvent } from '@picly/contracts';
import { createPool, startEmbeddedPostgres, type DatabasePool, type EmbeddedPostgres } from '@picly/database';
import { digestTables, foldEvents, schemaOf, installProjections } from '@picly/projections';
import { experimentResults } from '../../../services/experiments/src/results/experiment-results.projection';
import { Results } from '../../../services/experiments/src/results/results';
import { experimentEvents, keyOf, WORLD_ENDS, type ExperimentWorld } from '../experiment-world';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { accepted, HttpClient } from '../harness/http';
import { cpuSeconds } from '../harness/proc';
import { scratchDir, withPostgres } from '../harness/scratch';
import { startStandalone } from '../harness/services';
import { quantile } from '../harness/statistics';

const BATCH = 5_000;
const OTHER_BATCH = 1_700;
const REQUESTS = 400;

const FULL: ExperimentWorld = { experiments: 20, exposures: 1_000_000, conversionsPerExposure: 5 };
const QUICK: ExperimentWorld = { experiments: 20, exposures: 10_000, conversionsPerExposure: 5 };
/** Folded twice, to be compared. */
const TWICE: ExperimentWorld = { experiments: 20, exposures: 5_000, conversionsPerExposure: 5 };

interface Folded {
  readonly events: number;
  readonly seconds: number;
  readonly nodeSeconds: number;
  readonly postgresSeconds: number;
}

interface Folding {
  readonly server: EmbeddedPostgres;
  readonly pool: DatabasePool;
  readonly batch: number;
  readonly say: (line: string) => void;
}

function* batchesOf(events: Iterable<DecodedEvent>, size: number): Generator<DecodedEvent[]> {
  let batch: DecodedEvent[] = [];
  for (const event of events) {
    batch.push(event);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Folds the events in batches as large as the runner's: ids noted, facts and sums kept, one transaction each. */
async function foldWorld(events: Iterable<DecodedEvent>, { server, pool, batch: size, say }: Folding): Promise<Folded> {
  let [folded, seconds, nodeMicros] = [0, 0, 0];
  const before = await cpuSeconds(server.pid ?? 0, 'below');
  for (const batch of batchesOf(events, size)) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    await foldEvents(pool, experimentResults, batch);
    const used = process.cpuUsage(cpu);
    seconds += (performance.now() - started) / 1_000;
    nodeMicros += used.user + used.system;
    folded += batch.length;
    if (folded % 500_000 < size) say(`folded ${folded} events, ${Math.round(folded / seconds)}/s`);
  }
  const postgresSeconds = (await cpuSeconds(server.pid ?? 0, 'below')) - before;
  return { events: folded, seconds, nodeSeconds: nodeMicros / 1e6, postgresSeconds };
}

async function install(url: string): Promise<DatabasePool> {
  await installProjections(url, [experimentResults]);
  return createPool({ url, maxConnections: 2, statementTimeoutMs: 0 });
}

async function ask(client: HttpClient, world: ExperimentWorld): Promise<number[]> {
  const times: number[] = [];
  for (let n = -world.experiments; n < REQUESTS; n++) {
    const answer = await client.ask(`/api/analytics/experiments/${keyOf(Math.abs(n) % world.experiments)}/results`);
    accepted(answer);
    if (n >= 0) times.push(answer.ms);
  }
  return times;
}

async function foldInto(dataDir: string, world: ExperimentWorld, say: Folding['say']): Promise<Folded> {
  const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres'), durable: true });
  try {
    const pool = await install(server.url);
    const folded = await foldWorld(experimentEvents(world), { server, pool, batch: BATCH, say });
    await pool.query('vacuum analyze');
    await pool.close();
    return folded;
  } finally {
    await server.stop();
  }
}

/** Over HTTP, from the whole product, one request at a time. */
async function readFrom(dataDir: string, world: ExperimentWorld): Promise<{ readonly times: number[]; readonly nodeMs: number }> {
  const service = await startStandalone(dataDir);
  const client = new HttpClient(service.url, 1);
  try {
    const before = await cpuSeconds(service.pid);
    const times = await ask(client, world);
    return { times, nodeMs: (1_000 * ((await cpuSeconds(service.pid)) - before)) / (REQUESTS + world.experiments) };
  } finally {
    client.close();
    await service.stop();
  }
}

/** Tables and answers of the same events, however they were cut and ordered. */
function stateOf(dir: string, events: Iterable<DecodedEvent>, batch: number): Promise<readonly string[]> {
  return withPostgres(dir, async (server) => {
    const pool = await install(server.url);
    await foldWorld(events, { server, pool, batch, say: () => undefined });
    const digests = await digestTables(pool, schemaOf(experimentResults), experimentResults.tables);
    const results = new Results(pool, () => WORLD_ENDS);
    const answers: string[] = [];
    for (let n = 0; n < TWICE.experiments; n++) answers.push(JSON.stringify(await results.of(keyOf(n))));
    await pool.close();
    return [...digests.map((digest) => JSON.stringify(digest)), ...answers];
  });
}

async function rebuilt(dir: string): Promise<Figure> {
  const first = await stateOf(dir, experimentEvents(TWICE), BATCH);
  const second = await stateOf(dir, [...experimentEvents(TWICE)].reverse(), OTHER_BATCH);
  const differing = first.filter((each, at) => each !== second[at]).length;
  return {
    name: 'tables and answers that differ, in any digit, after folding the events again in another order',
    value: differing,
    unit: '',
    wanted: { below: 1 },
    note: `${first.length} compared, ${TWICE.exposures} exposures`,
  };
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const world = quick ? QUICK : FULL;
  const dataDir = await scratchDir(dir);
  const folded = await foldInto(dataDir, world, say);
  const { times, nodeMs } = await readFrom(dataDir, world);
  const note = `${world.experiments} experiments, ${world.exposures} exposures, ${world.exposures * world.conversionsPerExposure} conversions`;
  const perEvent = (seconds: number): number => (1e6 * seconds) / folded.events;
  return [
    { name: 'folding experiment-results', value: folded.events / folded.seconds, unit: '/s', note: `${note}, batches of ${BATCH}` },
    { name: 'folding, CPU of Node per event', value: perEvent(folded.nodeSeconds), unit: 'us' },
    { name: 'folding, CPU of Postgres per event', value: perEvent(folded.postgresSeconds), unit: 'us' },
    { name: 'results, p50', value: quantile(times, 0.5), unit: 'ms', note: `${REQUESTS} requests` },
    { name: 'results, p99', value: quantile(times, 0.99), unit: 'ms', wanted: { below: 100 }, note },
    { name: 'results, CPU of Node per request', value: nodeMs, unit: 'ms' },
    await rebuilt(dir),
  ];
}

/** What experiments cost at full size. */
export const experiments: Section = { name: 'experiments', title: 'Results of experiments: folding, reading, rebuilding', run };
