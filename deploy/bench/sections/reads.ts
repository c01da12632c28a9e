import path from 'node:path';
import { startEmbeddedPostgres } from '@picly/database';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { accepted, HttpClient } from '../harness/http';
import { projectionsNamed } from '../harness/projections';
import { scratchDir } from '../harness/scratch';
import { startStandalone } from '../harness/services';
import { quantile } from '../harness/statistics';
import { seedReadModels } from '../seed-read-models';
import { MILLION_RATINGS, promptOf } from '../synthetic-events';

const REQUESTS = 300;
const WARM_UP = 10;
const BATCH = 5_000;
const PROJECTIONS = ['prompt-analytics', 'model-performance'];
const ENGINES = ['flux-pro', 'dalle3', 'sdxl', 'kandinsky'];
const SORTS = ['', '&min_ratings=3', '&min_ratings=20', '&limit=10'];
const DAY_MS = 86_400_000;

/** The day `n` days before the last one of the world. */
const dayBefore = (n: number): string => new Date(MILLION_RATINGS.endsAt - n * DAY_MS).toISOString().slice(0, 10);
const range = (n: number): string => `from=${dayBefore(1 + (n % 80))}&to=${dayBefore(0)}`;
const engine = (n: number): string => (n % 2 === 0 ? '' : `&engine=${ENGINES[n % ENGINES.length]}`);
const prompt = (n: number): string => encodeURIComponent(promptOf((n * 7_919) % MILLION_RATINGS.prompts));

/** The reads that have a promise, with parameters that vary from request to request. */
const READS: Readonly<Record<string, (n: number) => string>> = {
  'top-prompts': (n) => `top-prompts?${SORTS[n % SORTS.length]}${engine(n)}`,
  suggestions: (n) => `prompt-suggestions?limit=5${engine(n)}${n % 3 === 0 ? '' : `&prompt=${prompt(n)}`}`,
  similar: (n) => `prompts/similar?limit=10&prompt=${prompt(n)}`,
  models: (n) => (n % 3 === 0 ? 'models' : `models?${range(n)}`),
  summary: (n) => `ratings/summary?${n % 3 === 0 ? '' : range(n)}${engine(n)}${n % 4 === 0 ? '&group_by=engine' : ''}`,
};

async function measure(client: HttpClient, name: string, pathOf: (n: number) => string): Promise<Figure[]> {
  const ask = async (n: number): Promise<number> => {
    const answer = await client.ask(`/api/analytics/${pathOf(n)}`);
    accepted(answer);
    return answer.ms;
  };
  for (let n = 0; n < WARM_UP; n++) await ask(1_000 + n);
  const times: number[] = [];
  let slowest = { ms: 0, path: '' };
  for (let n = 0; n < REQUESTS; n++) {
    const ms = await ask(n);
    times.push(ms);
    if (ms > slowest.ms) slowest = { ms, path: pathOf(n) };
  }
  const note = `slowest ${slowest.ms.toFixed(0)} ms: ${decodeURIComponent(slowest.path).slice(0, 70).replaceAll('|', '/')}`;
  return [
    { name: `${name}, p50`, value: quantile(times, 0.5), unit: 'ms' },
    { name: `${name}, p99`, value: quantile(times, 0.99), unit: 'ms', wanted: { below: 50 }, note },
  ];
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const world = quick ? { ...MILLION_RATINGS, ratings: 200_000, prompts: 20_000 } : MILLION_RATINGS;
  const dataDir = await scratchDir(dir);
  const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres'), durable: true });
  const seeded = await seedReadModels(server.url, projectionsNamed(PROJECTIONS), {
    world,
    batchSize: BATCH,
    onProgress: (events, perSecond) => {
      if (events % 200_000 === 0) say(`seeded ${events} events, ${Math.round(perSecond)}/s`);
    },
  });
  await server.stop();
  const service = await startStandalone(dataDir);
  const client = new HttpClient(service.url, 1);
  try {
    const figures: Figure[] = [];
    for (const [name, pathOf] of Object.entries(READS)) {
      figures.push(...(await measure(client, name, pathOf)));
      say(`${name}: p99 ${figures.at(-1)?.value.toFixed(1)} ms`);
    }
    const note = `${world.ratings} ratings, ${world.prompts} prompts; ${PROJECTIONS.join(' and ')}, one after the other`;
    return [...figures, { name: 'the data was folded at', value: seeded.eventsPerSecond, unit: '/s', note }];
  } finally {
    client.close();
    await service.stop();
  }
}

export const reads: Section = {
  name: 'reads',
  title: `Reads over HTTP from the whole product in one process, ${REQUESTS} requests each, one after the other.`,
  run,
};
