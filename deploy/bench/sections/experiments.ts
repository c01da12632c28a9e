import path from 'node:path';
import { topicOf, type DecodedEvent, type EventType } from '@picly/contracts';
import { createPool, startEmbeddedPostgres, type DatabasePool } from '@picly/database';
import { readDefinition } from '@picly/experiments';
import { digestTables, foldEvents, installProjections, schemaOf } from '@picly/projections';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { accepted, HttpClient } from '../harness/http';
import { projectionsNamed } from '../harness/projections';
import { scratchDir, withPostgres } from '../harness/scratch';
import { startStandalone } from '../harness/services';
import { quantile } from '../harness/statistics';

const BATCH = 5_000;
const REQUESTS = 200;
const DAY_MS = 86_400_000;
const BEGINS = Date.UTC(2026, 0, 1);
const DAYS = 14;

interface World {
  readonly experiments: number;
  readonly exposures: number;
  readonly conversionsPerExposure: number;
}

const FULL: World = { experiments: 20, exposures: 1_000_000, conversionsPerExposure: 5 };
const QUICK: World = { experiments: 20, exposures: 10_000, conversionsPerExposure: 5 };

const keyOf = (n: number): string => `experiment-${n}`;
const PLANS = ['free', 'basic', 'pro'];
const DEVICES = ['phone', 'desktop'];

let offset = 0;
/** An event as the runner hands it over; ids are equal in every run. */
function eventOf(type: EventType, data: Readonly<Record<string, unknown>>, at: number): DecodedEvent {
  const n = ++offset;
  const id = `${n.toString(16).padStart(8, '0')}-0000-7000-8000-0000000000e0`;
  const event: object = { id, type, data, occurredAt: at, receivedAt: at, position: { topic: topicOf(type), partition: n % 8, offset: n } };
  return event as DecodedEvent;
}

function definition(key: string): Record<string, unknown> {
  const metrics = [
    { key: 'purchase', type: 'proportion', window_hours: 168 },
    { key: 'spent', type: 'mean', of: 'value', conversion: 'purchase', cap: 100 },
  ];
  const body = { arms: [{ key: 'a' }, { key: 'b' }], metrics, primary_metric: 'purchase', secondary_metrics: ['spent'] };
  return { ...readDefinition(key, body) };
}

/** Exposures of one person each, in the order of time, every one followed by its conversions over the next days. */
function* events(world: World): Generator<DecodedEvent> {
  for (let n = 0; n < world.experiments; n++) {
    for (const [index, state] of (['draft', 'running'] as const).entries()) {
      const data = {
        experiment: keyOf(n),
        revision: index + 1,
        change: 'edited',
        state,
        author: 'bench',
        definition: definition(keyOf(n)),
      };
      yield eventOf('experiment-changed', data, BEGINS - DAY_MS + index);
    }
  }
  const waiting: { readonly at: number; readonly data: Record<string, unknown> }[] = [];
  const step = (DAYS * DAY_MS) / world.exposures;
  for (let n = 0; n < world.exposures; n++) {
    const at = Math.floor(BEGINS + n * step);
    const experiment = keyOf(n % world.experiments);
    const user = `user-${n}`;
    const context = { plan: PLANS[n % 3], device: DEVICES[n % 2] };
    yield eventOf(
      'experiment-exposed',
      { experiment, variant: Math.floor(n / world.experiments) % 2 ? 'a' : 'b', user_id: user, context },
      at,
    );
    for (let each = 0; each < world.conversionsPerExposure; each++) {
      waiting.push({
        at: at + each * 3_600_000,
        data: { experiment, metric: each % 2 ? 'purchase' : 'visit', user_id: user, value: 1 + (n % 50) },
      });
    }
    if (waiting.length >= BATCH) yield* waiting.splice(0).map((event) => eventOf('conversion-tracked', event.data, event.at));
  }
  yield* waiting.map((event) => eventOf('conversion-tracked', event.data, event.at));
}

async function foldWorld(
  pool: DatabasePool,
  world: World,
  say: (line: string) => void,
): Promise<{ readonly events: number; readonly seconds: number }> {
  const [projection] = projectionsNamed(['experiment-results']);
  if (!projection) throw new Error('there is no projection experiment-results');
  let folded = 0;
  let spent = 0;
  let batch: DecodedEvent[] = [];
  const flush = async (): Promise<void> => {
    const started = performance.now();
    await foldEvents(pool, projection, batch);
    spent += performance.now() - started;
    folded += batch.length;
    batch = [];
    if (folded % 500_000 < BATCH) say(`folded ${folded} events, ${Math.round((1_000 * folded) / spent)}/s`);
  };
  for (const event of events(world)) {
    batch.push(event);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return { events: folded, seconds: spent / 1_000 };
}

async function digest(pool: DatabasePool): Promise<string> {
  const [projection] = projectionsNamed(['experiment-results']);
  return projection ? JSON.stringify(await digestTables(pool, schemaOf(projection), projection.tables)) : '';
}

async function install(url: string): Promise<DatabasePool> {
  await installProjections(url, projectionsNamed(['experiment-results']));
  return createPool({ url, maxConnections: 2, statementTimeoutMs: 0 });
}

async function ask(client: HttpClient, world: World): Promise<number[]> {
  const times: number[] = [];
  for (let n = -10; n < REQUESTS; n++) {
    const answer = await client.ask(`/api/analytics/experiments/${keyOf(Math.abs(n) % world.experiments)}/results`);
    accepted(answer);
    if (n >= 0) times.push(answer.ms);
  }
  return times;
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const world = quick ? QUICK : FULL;
  const dataDir = await scratchDir(dir);
  const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres'), durable: true });
  const pool = await install(server.url);
  offset = 0;
  const folded = await foldWorld(pool, world, say);
  await pool.query('vacuum analyze');
  const first = quick ? await digest(pool) : '';
  await pool.close();
  await server.stop();
  const service = await startStandalone(dataDir);
  const client = new HttpClient(service.url, 1);
  let times: number[];
  try {
    times = await ask(client, world);
  } finally {
    client.close();
    await service.stop();
  }
  const note = `${world.experiments} experiments, ${world.exposures} exposures, ${world.exposures * world.conversionsPerExposure} conversions`;
  const figures: Figure[] = [
    { name: 'folding experiment-results', value: folded.events / folded.seconds, unit: '/s', note: `${note}, batches of ${BATCH}` },
    { name: 'results, p50', value: quantile(times, 0.5), unit: 'ms' },
    { name: 'results, p99', value: quantile(times, 0.99), unit: 'ms', wanted: { below: 100 }, note },
  ];
  return quick ? [...figures, await rebuilt(dir, world, first)] : figures;
}

/** Folds the same events once more into another database. */
async function rebuilt(dir: string, world: World, first: string): Promise<Figure> {
  const second = await withPostgres(dir, async (server) => {
    const pool = await install(server.url);
    offset = 0;
    await foldWorld(pool, world, () => undefined);
    const found = await digest(pool);
    await pool.close();
    return found;
  });
  return { name: 'tables that differ after a rebuild', value: first === second ? 0 : 1, unit: '', wanted: { below: 1 } };
}

/** What experiments cost at the size the specification names. */
export const experiments: Section = { name: 'experiments', title: 'Results of experiments: folding, reading, rebuilding', run };
