import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { lockPublication, publishedBy, replaceView } from '../activate';
import { bridgeColumns } from '../bridge';
import type { TableSpec } from '../define';
import type { Lane } from '../lane';
import type { RunnerLogger } from '../metrics';
import { idOf, placeOf, quoted, schemaOf, topicsOf, type AnyProjection } from '../names';
import { removeWithin, sideSchemaOf } from '../versions';
import { compareLetters, compareTable, type TableOutcome } from './compare';
import { RebuildFailedError } from './errors';
import { atEqualPositions, positionsOf, type Position } from './hold';
import { changeJob, type Comparison, type Job } from './jobs';
import { refuseIncompatible } from './letters';
import { patiently, type Pass } from './pass';
import { switchVersion } from './switch';
import { LEASE_S, type Task } from './task';

export interface Finishing {
  readonly pool: DatabasePool;
  readonly log: EventLog;
  readonly logger: RunnerLogger;
  readonly pass: Pass;
  readonly signal: AbortSignal;
  /** Told that runners are to fold a version from now on. */
  readonly onLive: () => Promise<void>;
}

export interface Built {
  readonly task: Task;
  /** Undefined for a version that runners fold already: an earlier start had come so far. */
  readonly lane: Lane | undefined;
}

const HEAD_ROUNDS = 12;
const NEAR_HEAD_EVENTS = 2_000;
const LOOK_AGAIN_MS = 250;
const HEAD_PATIENCE_MS = 120_000;

/** What is left to do once a version has (nearly) come up: compare, and then what the job asks for. */
export async function finishTask(deps: Finishing, built: Built): Promise<void> {
  const { job } = built.task;
  switch (job.kind) {
    case 'side':
      return finishSide(deps, built);
    case 'verify':
      return finishVerify(deps, built);
    case 'rebuild':
    case 'deploy':
      return finishRebuild(deps, built);
    case 'activate':
    case 'rollback':
      throw new Error('nothing is built by these');
  }
}

async function finishSide({ pool }: Finishing, { task }: Built): Promise<void> {
  const { job, projection } = task;
  const { name, version } = projection;
  const label = job.label ?? `${name}-${version}`;
  await inTransaction(pool, async (sql) => {
    await lockPublication(sql);
    await sql.query(`create schema if not exists ${quoted(sideSchemaOf(label))}`);
    const { schema_name: schema, relations } = await publishedBy(sql, { name, version });
    for (const relation of relations) {
      await replaceView(sql, sideSchemaOf(label), relation, await bridgeColumns(sql, { schema, like: undefined, relation }));
    }
    await sql.query(`update runtime.projection_versions set state = 'side', label = $3 where projection = $1 and version = $2`, [
      name,
      version,
      label,
    ]);
    const message = `the copy is in schema ${sideSchemaOf(label)}; picly drop ${name} ${label} takes it away`;
    await changeJob(sql, job, { state: 'done', message, finished: true }, LEASE_S);
  });
}

async function finishVerify(deps: Finishing, built: Built): Promise<void> {
  const { job, projection, base } = built.task;
  const comparison = await compare(deps, built);
  await inTransaction(deps.pool, async (sql) => {
    const message = sentence(comparison, `version ${base}`);
    await changeJob(sql, job, { state: 'done', comparison, message, finished: true }, LEASE_S);
    await removeWithin(sql, projection);
  });
}

async function finishRebuild(deps: Finishing, built: Built): Promise<void> {
  const { task, lane } = built;
  const { job, projection, base } = task;
  // One that was made by an earlier start holds: since then the version may have gone further than the one it was compared with.
  const comparison = lane && job.comparison === null ? await compare(deps, built) : job.comparison;
  if (lane) {
    await foldToHead(deps, built, lane);
    await goLive(deps, task);
    deps.pass.leave(lane);
  } else await deps.onLive();
  const differs = comparison === null ? '' : sentence(comparison, `version ${base}`);
  const wanted = job.switch === 'always' || (job.switch === 'equal' && comparison?.differences === 0);
  if (!wanted) {
    const message = `version ${projection.version} is built and kept up to date; ${differs}; picly activate ${projection.name} ${projection.version} shows it`;
    await changeJob(deps.pool, job, { state: 'done', message, finished: true }, LEASE_S);
    return;
  }
  await changeJob(deps.pool, job, { state: 'switching' }, LEASE_S);
  await nearHead(deps, projection);
  const message = `readers see version ${projection.version}; ${differs}; version ${base} is kept (picly rollback ${projection.name})`;
  await switchVersion(deps.pool, projection, {
    signal: deps.signal,
    alongside: async (sql) => void (await changeJob(sql, job, { state: 'done', message, finished: true }, LEASE_S)),
  });
  deps.logger.info({ projection: idOf(projection) }, message);
}

/** The serving version may have been standing still: then the log has more. */
async function foldToHead({ log, pass, logger, signal }: Finishing, { task }: Built, lane: Lane): Promise<void> {
  for (let round = 0; round < HEAD_ROUNDS; round++) {
    const ends = new Map((await log.bounds(topicsOf(task.projection))).map((bound) => [placeOf(bound), bound.end]));
    const positions = pass.positions(lane);
    const left = [...ends].reduce((sum, [place, end]) => sum + Math.max(0, end - (positions.get(place) ?? end)), 0);
    if (left <= NEAR_HEAD_EVENTS) return;
    await patiently(() => pass.foldUpTo(new Map([[lane, ends]])), { signal, logger });
    const failure = pass.failures.get(lane);
    if (failure) throw failure;
  }
}

/** Hands the version over to the runners, who claim its partitions as they are. */
async function goLive({ pool, onLive }: Finishing, { job, projection }: Task): Promise<void> {
  await inTransaction(pool, async (sql) => {
    await changeJob(sql, job, { state: 'switching' }, LEASE_S);
    await sql.query(`update runtime.projection_versions set state = 'live' where projection = $1 and version = $2`, [
      projection.name,
      projection.version,
    ]);
  });
  await onLive();
}

async function nearHead(
  { pool, log, signal }: Finishing,
  projection: AnyProjection & { readonly events: Parameters<typeof topicsOf>[0]['events'] },
): Promise<void> {
  for (const until = performance.now() + HEAD_PATIENCE_MS; ; await sleep(LOOK_AGAIN_MS, undefined, { signal })) {
    const bounds = await log.bounds(topicsOf(projection));
    const positions = await positionsOf(pool, projection);
    const left = bounds.reduce((sum, bound) => sum + Math.max(0, bound.end - Math.max(bound.start, positions.get(placeOf(bound)) ?? 0)), 0);
    if (left <= NEAR_HEAD_EVENTS) return;
    if (performance.now() > until) {
      throw new RebuildFailedError(
        'NOT_FOLDED',
        `${idOf(projection)} is built, and ${left} events behind: nobody folds it (picly status shows who folds what)`,
      );
    }
  }
}

async function compare(deps: Finishing, { task, lane }: Built): Promise<Comparison> {
  const { pool, pass } = deps;
  const { job, projection, base } = task;
  const serving = { name: projection.name, version: base };
  await changeJob(pool, job, { state: 'comparing' }, LEASE_S);
  const outcome = await patiently(
    () =>
      atEqualPositions(pool, serving, {
        advance: async (positions) => {
          if (!lane) return;
          await pass.foldUpTo(new Map([[lane, limitsOf(positions)]]));
          const failure = pass.failures.get(lane);
          if (failure) throw failure;
          refuseElsewhere(pass.positions(lane), positions, lane);
        },
        look: (snapshot, positions) => compareAll(snapshot, task, positions),
      }),
    deps,
  );
  await refuseIncompatible(pool, projection, base);
  const comparison = comparisonOf(task, outcome);
  await changeJob(pool, job, { comparison }, LEASE_S);
  await listDifferences(pool, job, outcome.tables);
  return comparison;
}

const limitsOf = (positions: readonly Position[]): Map<string, number> => new Map(positions.map((row) => [placeOf(row), row.next_offset]));

/** Equal digests say something only at equal positions. */
function refuseElsewhere(own: ReadonlyMap<string, number>, wanted: readonly Position[], lane: Lane): void {
  const wrong = wanted.find((row) => lane.topics.has(row.topic) && own.get(placeOf(row)) !== row.next_offset);
  if (!wrong) return;
  throw new RebuildFailedError(
    'POSITIONS_NOT_REACHED',
    `${lane.id} stands at ${own.get(placeOf(wrong)) ?? '?'} of ${placeOf(wrong)}, and not at ${wrong.next_offset} as the version that serves`,
  );
}

interface Outcome {
  readonly positions: readonly Position[];
  readonly tables: readonly TableOutcome[];
}

async function compareAll(snapshot: Sql, { projection, base }: Task, positions: readonly Position[]): Promise<Outcome> {
  const { name, version } = projection;
  const [row] = await snapshot.query<{ tables: readonly TableSpec[] }>(
    'select tables from runtime.projection_versions where projection = $1 and version = $2',
    [name, base],
  );
  const gone = (row?.tables ?? []).filter((table) => !projection.tables.some((own) => own.name === table.name));
  const sides = { base: schemaOf({ name, version: base }), built: schemaOf({ name, version }) };
  const tables: TableOutcome[] = [];
  for (const table of [...projection.tables, ...gone]) tables.push(await compareTable(snapshot, sides, table));
  tables.push(await compareLetters(snapshot, name, { base, built: version }));
  return { positions, tables };
}

function comparisonOf({ projection, base }: Task, { positions, tables }: Outcome): Comparison {
  return {
    base_version: base,
    built_version: projection.version,
    positions: positions.map((row) => ({ topic: row.topic, partition: row.partition, offset: row.next_offset })),
    differences: tables.reduce((sum, { comparison }) => sum + comparison.differences, 0),
    tables: tables.map(({ comparison }) => comparison),
  };
}

async function listDifferences(pool: DatabasePool, job: Job, tables: readonly TableOutcome[]): Promise<void> {
  const listed = tables.flatMap(({ listed: rows }) => rows.map((difference, n) => ({ ...difference, n })));
  await inTransaction(pool, async (sql) => {
    await changeJob(sql, job, {}, LEASE_S);
    await sql.query('delete from runtime.projection_differences where job = $1', [job.id]);
    if (listed.length === 0) return;
    await sql.query(
      `insert into runtime.projection_differences (job, table_name, n, key, kind, columns)
       select $1, d."table", d.n, d.key, d.kind, d.columns
         from jsonb_to_recordset($2::jsonb) as d("table" text, n int, key jsonb, kind text, columns text[])`,
      [job.id, JSON.stringify(listed)],
    );
  });
}

/** The outcome of a comparison for people. */
export function sentence({ differences, tables }: Comparison, than: string): string {
  if (differences === 0) return `equal to ${than} after the same events`;
  const where = tables.filter((table) => table.differences > 0).map((table) => `${table.differences} in ${table.table}`);
  const rows = differences === 1 ? '1 row differs' : `${differences} rows differ`;
  return `${rows} from ${than} after the same events (${where.join(', ')})`;
}
