import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DecodedEvent } from '@picly/contracts';
import { createPool, startEmbeddedPostgres, type DatabasePool } from '@picly/database';
import { foldEvents, installProjections } from '@picly/projections';
import { modelPerformance } from '../../services/model-performance/src/views/model-performance/model-performance.projection';
import { ModelsQueries } from '../../services/model-performance/src/views/model-performance/models.queries';
import { ALWAYS } from '../../services/model-performance/src/views/model-performance/time-cover';

/** Calls of engines over 90 days, most of them rated: how fast they fold, and how fast `models` answers about them. */
const CALLS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 5_000;
const RUNS = Number(process.argv[4] ?? 200);
const DAYS = 90;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 7, 1);
const ENGINES = ['flux-pro', 'dalle3', 'sdxl', 'midjourney', 'imagen', 'kandinsky'];
const VERSIONS = ['1.0', 'hd'];

let state = 1;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const uuid = (n: number, family: string): string => `${family}0000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

function eventsOf(n: number): DecodedEvent[] {
  const occurredAt = START + Math.floor(((n + random()) / CALLS) * DAYS * DAY_MS);
  const generation = uuid(n, 'a');
  const success = random() < 0.95;
  const position = { topic: 'bench', partition: 0, offset: n };
  const completed: DecodedEvent<'generation-completed'> = {
    id: uuid(n, 'b'),
    type: 'generation-completed',
    occurredAt,
    receivedAt: occurredAt,
    position,
    data: {
      generation_id: generation,
      prompt: 'a red fox in the snow',
      engine: pick(ENGINES),
      model_version: pick(VERSIONS),
      success,
      ...(!success && { error: pick(['timed out', 'HTTP 429', 'CUDA out of memory', 'content policy']) }),
      response_time_ms: Math.round(Math.exp(8 + (random() + random() + random() - 1.5))),
      cost_micros: 40_000,
      revenue_micros: 60_000,
      currency: 'USD',
      user_id: `user-${n % 5_000}`,
    },
  };
  const rated: DecodedEvent<'rating-submitted'> = {
    id: uuid(n, 'c'),
    type: 'rating-submitted',
    occurredAt: occurredAt + 60_000,
    receivedAt: occurredAt + 60_000,
    position,
    data: {
      generation_id: generation,
      rating: 1 + Math.floor(random() * 5),
      quality_score: Math.floor(random() * 101),
      user_id: `user-${n % 5_000}`,
    },
  };
  return [completed, rated];
}

async function seed(pool: DatabasePool): Promise<void> {
  let foldMs = 0;
  for (let from = 0; from < CALLS; from += BATCH / 2) {
    const batch = Array.from({ length: Math.min(BATCH / 2, CALLS - from) }, (_, i) => eventsOf(from + i)).flat();
    const began = performance.now();
    await foldEvents(pool, modelPerformance, batch);
    foldMs += performance.now() - began;
  }
  console.log(`folded ${CALLS * 2} events at ${Math.round((CALLS * 2_000) / foldMs)} events/s`);
  await pool.query('vacuum analyze');
}

async function measure(name: string, run: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 20; i++) await run(i);
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const began = performance.now();
    await run(i);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.min(RUNS - 1, Math.floor(share * RUNS))] ?? 0).toFixed(1);
  console.log(`${name.padEnd(48)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`);
}

async function main(): Promise<void> {
  const dataDir = process.argv[3] ?? (await mkdtemp(path.join(tmpdir(), 'picly-bench-')));
  // As root the server runs under another account, which must be able to enter.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres') });
  const pool = createPool({ url: server.url, statementTimeoutMs: 0 });
  try {
    await installProjections(pool, [modelPerformance]);
    const [seeded] = await pool.query('select 1 from picly.calls limit 1');
    if (!seeded) await seed(pool);
    const queries = new ModelsQueries(pool);
    const grouping = 'engine,model_version' as const;
    const days = (i: number, n: number) => ({ from: START + (i % (DAYS - n)) * DAY_MS, to: START + ((i % (DAYS - n)) + n) * DAY_MS });
    const odd = (i: number) => ({ from: START + i * 7_919_321, to: START + 30 * DAY_MS + i * 7_919_321 });
    await measure('models, everything', () => queries.models({ range: ALWAYS, grouping }));
    await measure('models by engine, everything', () => queries.models({ range: ALWAYS, grouping: 'engine' }));
    await measure('models in total, everything', () => queries.models({ range: ALWAYS, grouping: 'total' }));
    await measure('models, 30 whole days', (i) => queries.models({ range: days(i, 30), grouping }));
    await measure('models, 7 whole days', (i) => queries.models({ range: days(i, 7), grouping }));
    await measure('models, 30 days from any instant', (i) => queries.models({ range: odd(i), grouping }));
    await measure('one engine, everything', (i) => queries.models({ range: ALWAYS, grouping, engine: ENGINES[i % 6] ?? '' }));
    await measure('one engine by day, 30 days', (i) =>
      queries.daily({ range: days(i, 30), grouping: 'engine', engine: ENGINES[i % 6] ?? '', timeZone: 'UTC' }),
    );
    await measure('one engine by day of Singapore, 30 days', (i) =>
      queries.daily({ range: days(i, 30), grouping: 'engine', engine: ENGINES[i % 6] ?? '', timeZone: 'Asia/Singapore' }),
    );
  } finally {
    await pool.close();
    await server.stop();
    if (process.argv[3] === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

void main();
