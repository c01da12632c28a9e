import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_TYPES } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { createPostgresLog, type EventLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { isFinished, numbered, ProjectionAdmin, schemaOf, type Job } from '@picly/projections';
import { anEvent, recordsOf, topicSpecs, uuidOf } from '@picly/testing';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { fillLog } from '../harness/filled-log';
import { projectionsNamed } from '../harness/projections';
import { productFlags, startProcess, type BenchProcess } from '../harness/process';
import { withPostgres } from '../harness/scratch';
import { copyIn, copyOut } from '../harness/raw-copy';
import { median, quantile } from '../harness/statistics';

const PROJECTION = 'prompt-analytics';
const READ = '/api/analytics/top-prompts?limit=20';
const PARTITIONS = 8;
const LOOK_MS = 100;
const READERS = 2;
const WRITE_EVERY_MS = 100;
const WRITE_EVENTS = 20;

interface World {
  readonly url: string;
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly admin: ProjectionAdmin;
}

interface Serving {
  readonly base: string;
  readonly process: BenchProcess;
}

async function serve(url: string): Promise<Serving> {
  const env = { DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'error', AUDIT_INTERVAL_S: '0', LOG_PARTITIONS: String(PARTITIONS) };
  const started = startProcess('services/prompt-analytics/src/main.js', { env, nodeArgs: productFlags() });
  const ready = await started.line(/^ready (\S+)/);
  return { base: ready[1] ?? '', process: started };
}

async function whenFolded({ pool, log }: World): Promise<void> {
  for (;;) {
    const ends = await log.bounds(EVENT_TYPES.map((type) => `picly.${type}`));
    const rows = await pool.query<{ place: string; n: number }>(
      `select c.topic || '/' || c.partition as place, c.next_offset as n from runtime.checkpoints c
         join runtime.projections p on p.name = c.projection and p.active_version = c.version where c.projection = $1`,
      [PROJECTION],
    );
    const known = new Map(ends.map((bound) => [`${bound.topic}/${bound.partition}`, bound.end]));
    if (rows.length > 0 && rows.every(({ place, n }) => n >= (known.get(place) ?? 0))) return;
    await sleep(500);
  }
}

interface Load {
  reads: number;
  failed: number;
  readonly latenciesMs: number[];
  written: number;
  stop(): Promise<void>;
}

/** Reads one after the other, and a steady trickle of writes, until it is stopped. */
function load(base: string, { pool, log }: World): Load {
  let running = true;
  const keys = new PersonKeys({ pool });
  const result = { reads: 0, failed: 0, written: 0, latenciesMs: [] as number[] };
  const read = async (): Promise<void> => {
    while (running) {
      const startedAt = performance.now();
      const ok = await fetch(`${base}${READ}`).then(
        async (response) => (await response.arrayBuffer(), response.ok),
        () => false,
      );
      result.reads++;
      if (!ok) result.failed++;
      result.latenciesMs.push(performance.now() - startedAt);
      await sleep(20);
    }
  };
  const write = async (): Promise<void> => {
    while (running) {
      const events = Array.from({ length: WRITE_EVENTS }, () =>
        anEvent('rating-submitted', { generation_id: uuidOf(result.written++, 0xbe) }),
      );
      await log.append(await recordsOf(events, keys), { deadlineMs: 60_000 });
      await sleep(WRITE_EVERY_MS);
    }
  };
  const work = Promise.all([...Array.from({ length: READERS }, read), write()]);
  return Object.assign(result, {
    stop: async (): Promise<void> => {
      running = false;
      await work;
    },
  });
}

interface Watched {
  readonly job: Job;
  readonly perSecond: number;
  readonly seconds: number;
  /** From the first look at the comparison to the end: comparison, announcement, switch. */
  readonly finishSeconds: number;
}

const isBuilding = ({ state }: Job): boolean => state === 'requested' || state === 'building';

async function watch({ admin }: World, id: number, isEnough: (job: Job) => boolean = () => false): Promise<Watched> {
  const startedAt = performance.now();
  let built: number | undefined;
  for (;;) {
    const job = await admin.job(id);
    if (!job) throw new Error('the job is gone');
    if (!isBuilding(job)) built ??= performance.now();
    if (isFinished(job) || isEnough(job)) return watchedOf(job, startedAt, built ?? performance.now());
    await sleep(LOOK_MS);
  }
}

function watchedOf(job: Job, startedAt: number, built: number): Watched {
  const seconds = (built - startedAt) / 1_000;
  return { job, seconds, perSecond: (job.progress?.events ?? 0) / seconds, finishSeconds: (performance.now() - built) / 1_000 };
}

async function request({ admin }: World): Promise<Job> {
  const [job] = await admin.rebuild([PROJECTION]);
  if (!job) throw new Error('nothing was requested');
  return job;
}

/** Under reads and writes, uninterrupted. */
async function whileServing(world: World, base: string): Promise<Watched & { readonly load: Load }> {
  const under = load(base, world);
  await sleep(1_000);
  const watched = await watch(world, (await request(world)).id).finally(() => under.stop());
  if (watched.job.state !== 'done') throw new Error(`the rebuild ended as ${watched.job.state}: ${watched.job.message ?? ''}`);
  return { ...watched, load: under };
}

/** How far the version is stored: what is told of progress may be older. */
async function committed({ pool }: World, { version }: Job): Promise<number> {
  const [row] = await pool.query<{ n: number }>(
    'select coalesce(sum(next_offset - first_offset), 0)::int8 as n from runtime.checkpoints where projection = $1 and version = $2',
    [PROJECTION, version],
  );
  return row?.n ?? 0;
}

/** Ended with SIGKILL half way, and begun again. */
async function killedHalfWay(
  world: World,
  first: Serving,
): Promise<{ readonly killedAt: number; readonly resumedAt: number; readonly job: Job }> {
  const { id } = await request(world);
  const half = await watch(world, id, ({ progress }) => progress !== null && progress.events >= progress.total / 2);
  process.kill(first.process.pid, 'SIGKILL');
  await first.process.ended;
  const killedAt = await committed(world, half.job);
  const again = await serve(world.url);
  try {
    const resumed = await watch(world, id, ({ starts }) => starts > 1);
    const resumedAt = await committed(world, resumed.job);
    return { killedAt, resumedAt, job: (await watch(world, id)).job };
  } finally {
    await again.process.stop();
  }
}

type Live = Awaited<ReturnType<typeof whileServing>>;
type Killed = Awaited<ReturnType<typeof killedHalfWay>>;

const eventsOf = ({ progress }: Job): number => progress?.events ?? Number.NaN;
const differencesOf = ({ comparison }: Job): number => comparison?.differences ?? Number.NaN;

async function measure(world: World, say: BenchContext['say']): Promise<readonly Figure[]> {
  const serving = await serve(world.url);
  try {
    return await measureServed(world, serving, say);
  } finally {
    await serving.process.stop();
  }
}

async function measureServed(world: World, serving: Serving, say: BenchContext['say']): Promise<readonly Figure[]> {
  await whenFolded(world);
  say('the serving version has folded everything');
  const live = await whileServing(world, serving.base);
  const { job, load: under } = live;
  say(`${Math.round(live.perSecond)}/s, ${under.failed} of ${under.reads} reads failed, ${differencesOf(job)} rows differ`);
  await world.admin.drop(PROJECTION, job.base_version ?? undefined);
  const copied = await copyOf(world, job);
  say(`COPY of its ${copied.rows} rows takes ${copied.seconds.toFixed(1)} s`);
  return [...liveFigures(live), ...limitFigures(live, copied), ...killedFigures(await killedHalfWay(world, serving))];
}

interface Copied {
  readonly rows: number;
  readonly seconds: number;
}

/** How long Postgres takes to write the rows that were built, and the ids, when nobody computes anything. */
async function copyOf({ pool }: World, { version }: Job): Promise<Copied> {
  const [projection] = projectionsNamed([PROJECTION]);
  if (!projection) throw new Error(`there is no projection ${PROJECTION}`);
  const schema = schemaOf(numbered(projection, version ?? projection.version));
  const copied = await copyOut(pool, schema, [...projection.tables.map(({ name }) => name), 'processed_events']);
  const seconds = await copyIn(pool, schema, copied);
  await pool.query('drop schema raw_copy cascade');
  return { rows: copied.rows, seconds };
}

function limitFigures({ job, seconds }: Live, copied: Copied): Figure[] {
  const note = `${copied.rows} rows with their indexes, in one transaction, while the service is idle`;
  return [
    { name: 'the limit: COPY of the rows that were built', value: eventsOf(job) / copied.seconds, unit: '/s', note },
    { name: 'share of that limit', value: (100 * copied.seconds) / seconds, unit: '%' },
  ];
}

function liveFigures({ job, load: under, perSecond, finishSeconds }: Live): Figure[] {
  const note = `${eventsOf(job)} events; ${under.written} written meanwhile`;
  const latency = `median ${median(under.latenciesMs).toFixed(0)} ms`;
  const slowest = quantile(under.latenciesMs, 0.99);
  return [
    { name: 'prompt-analytics rebuilt while it serves and folds', value: perSecond, unit: '/s', wanted: { atLeast: 40_000 }, note },
    { name: 'comparison at equal positions, and switch', value: finishSeconds, unit: 's', note: job.message ?? '' },
    { name: 'rows that differ', value: differencesOf(job), unit: 'rows', wanted: { below: 1 } },
    { name: 'reads failing meanwhile', value: under.failed, unit: `of ${under.reads}`, wanted: { below: 1 } },
    { name: 'p99 of reads meanwhile', value: slowest, unit: 'ms', note: `${latency}; top-prompts, ${READERS} readers` },
  ];
}

function killedFigures({ job, killedAt, resumedAt }: Killed): Figure[] {
  const share = (events: number): number => (100 * events) / (job.progress?.total ?? Number.NaN);
  const note = `${job.starts} starts, then ${job.state}: ${differencesOf(job)} rows differ`;
  return [
    { name: 'killed (SIGKILL) at', value: share(killedAt), unit: '%' },
    { name: 'resumed at', value: share(resumedAt), unit: '%', wanted: { atLeast: share(killedAt) }, note },
  ];
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const events = quick ? 200_000 : 2_000_000;
  return withPostgres(dir, async (server) => {
    await fillLog(server.url, events);
    say(`${events} events are in the log`);
    const pool = createPool({ url: server.url, maxConnections: 4 });
    const log = await createPostgresLog({ url: server.url });
    await log.ensureTopics(topicSpecs(EVENT_TYPES, PARTITIONS));
    try {
      return await measure({ url: server.url, pool, log, admin: new ProjectionAdmin(pool) }, say);
    } finally {
      await log.close();
      await pool.close();
    }
  });
}

export const rebuild: Section = {
  name: 'rebuild',
  title:
    'prompt-analytics rebuilt from the embedded log by its service while that serves reads and folds new events; then once more, killed half way.',
  run,
};
