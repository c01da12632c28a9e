import { createPool } from '@picly/database';
import { schemaOf } from '@picly/projections';
import { cpuSeconds } from './proc';
import { jsonOf, productFlags } from './process';
import { projectionsNamed } from './projections';

export interface FoldSample {
  readonly events: number;
  readonly perSecond: number;
  /** CPU of the process that folds, and of Postgres, per event. */
  readonly nodeMicros: number;
  readonly postgresMicros: number;
}

interface Report {
  readonly events: number;
  readonly seconds: number;
  readonly nodeCpuSeconds: number;
  readonly failed: readonly string[];
}

export interface FoldRequest {
  readonly url: string;
  readonly serverPid: number;
  /** Names, or `all`. */
  readonly projections: string;
}

/** Folds the whole log from offset 0 into fresh tables, in a process of its own that runs as the product does. */
export async function foldLog({ url, serverPid, projections }: FoldRequest): Promise<FoldSample> {
  await dropTables(url, projections);
  const before = await cpuSeconds(serverPid, 'below');
  const report = await jsonOf<Report>('deploy/bench/processes/runner.js', { args: [url, projections], nodeArgs: productFlags() });
  if (report.failed.length > 0) throw new Error(`folding had trouble: ${report.failed.join('; ')}`);
  const postgres = (await cpuSeconds(serverPid, 'below')) - before;
  const { events, seconds, nodeCpuSeconds } = report;
  return { events, perSecond: events / seconds, nodeMicros: (nodeCpuSeconds * 1e6) / events, postgresMicros: (postgres * 1e6) / events };
}

async function dropTables(url: string, names: string): Promise<void> {
  const pool = createPool({ url, maxConnections: 1 });
  const [runtime] = await pool.query(`select 1 from pg_tables where schemaname = 'runtime' and tablename = 'projections'`);
  if (runtime) {
    for (const projection of projectionsNamed(names.split(','))) {
      await pool.query(`drop schema if exists ${schemaOf(projection)} cascade`);
      for (const table of ['checkpoints', 'projection_versions'])
        await pool.query(`delete from runtime.${table} where projection = $1`, [projection.name]);
      await pool.query('delete from runtime.projections where name = $1', [projection.name]);
    }
  }
  await pool.query('checkpoint');
  await pool.close();
}
