import { createPool, inTransaction, migrate, type DatabasePool, type Transaction } from '@picly/database';
import { PERSON_KEY_MIGRATIONS } from '@picly/personal-data';
import { lockPublication, publish } from './activate';
import type { Projection } from './define';
import { RUNTIME_MIGRATIONS } from './migrations';
import { requestDeployment } from './rebuild/deploy';
import { createTables, installedVersions, isBuiltBy, registerVersion, type InstalledVersion } from './versions';

export interface InstallOptions {
  /** Told what was done, one line each; silent when there was nothing to do. */
  readonly log?: (line: string) => void;
}

/**
 * Creates or completes what the projections need: the runtime tables, a schema per version with its tables, the registry,
 * and the views `picly.<table>` of versions that become the first of their projection. A description that differs from the one the
 * active version was built by is deployed: its version is built beside the active one by whoever runs the projection
 * (`ProjectionKeeper`), compared, and then shown to readers. Of several descriptions of one projection the newest is deployed;
 * the others only fold what they have built before. Any number of processes may do this at once. Throws `RebuildRefusedError` while another
 * deployment of a projection is at work.
 */
export async function installProjections(
  target: string | DatabasePool,
  projections: readonly Projection[],
  options: InstallOptions = {},
): Promise<void> {
  refuseConflicts(projections);
  const pool = typeof target === 'string' ? createPool({ url: target, maxConnections: 2, applicationName: 'picly install' }) : target;
  try {
    await migrate(pool, { schema: 'runtime', migrations: [...PERSON_KEY_MIGRATIONS, ...RUNTIME_MIGRATIONS] });
    const installed = await installedVersions(
      pool,
      projections.map(({ name }) => name),
    );
    for (const projection of newest(projections)) await install(pool, projection, { installed, log: options.log ?? (() => undefined) });
  } finally {
    if (pool !== target) await pool.close();
  }
}

function newest(projections: readonly Projection[]): Projection[] {
  const byName = new Map<string, Projection>();
  for (const projection of projections) {
    if (projection.version >= (byName.get(projection.name)?.version ?? 0)) byName.set(projection.name, projection);
  }
  return [...byName.values()];
}

interface Known {
  readonly installed: readonly InstalledVersion[];
  readonly log: (line: string) => void;
}

async function install(pool: DatabasePool, projection: Projection, { installed, log }: Known): Promise<void> {
  const own = installed.filter(({ projection: name }) => name === projection.name);
  const built = own.filter((version) => isBuiltBy(version, projection));
  for (const { version } of built) await createTables(pool, projection, version);
  const active = own.find((version) => version.active);
  if (active === undefined) return installFirst(pool, projection, log);
  if (active.code_version > projection.version) {
    return log(
      `projection ${projection.name}: version ${projection.version} is older than the active version ${active.code_version} and is not read by anybody`,
    );
  }
  // A version that is being built is prepared again: the process that began may have ended in between.
  if (built.some(({ state }) => state === 'live')) return;
  await requestDeployment(pool, projection, log);
}

async function installFirst(pool: DatabasePool, projection: Projection, log: (line: string) => void): Promise<void> {
  await createTables(pool, projection, projection.version);
  await inTransaction(pool, async (sql) => {
    await lockPublication(sql);
    if (await isActive(sql, projection)) return;
    await registerVersion(sql, projection, { version: projection.version, state: 'live' });
    await publish(sql, projection);
    log(`projection ${projection.name}: version ${projection.version} is active`);
  });
}

async function isActive(sql: Transaction, { name }: Projection): Promise<boolean> {
  return (await installedVersions(sql, [name])).some(({ active }) => active);
}

/** Two owners of one published name would overwrite each other. */
function refuseConflicts(projections: readonly Projection[]): void {
  const owners = new Map<string, string>();
  for (const { name, tables, sqlViews = [] } of projections) {
    for (const relation of [...tables.map((table) => table.name), ...sqlViews]) {
      const owner = owners.get(relation);
      if (owner !== undefined && owner !== name) throw new Error(`picly.${relation} belongs to ${owner} and to ${name}`);
      owners.set(relation, name);
    }
  }
}
