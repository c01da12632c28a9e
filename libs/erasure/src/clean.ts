import type { DatabasePool } from '@picly/database';
import type { KeyReader } from '@picly/personal-data';
import { installedVersions, isBuiltBy, numbered, removeVersion, type InstalledVersion, type Projection } from '@picly/projections';
import { cleanVersion } from './clean-version';

export interface CleanAllDeps {
  readonly pool: DatabasePool;
  readonly keys: KeyReader;
  /** The descriptions this process has the code of. */
  readonly projections: readonly Projection[];
}

interface OpenPart {
  readonly projection: string;
  readonly version: number;
}

const settle = (pool: DatabasePool, erasure: string, part: OpenPart, outcome: 'dropped' | 'gone'): Promise<unknown> =>
  pool.query(`update runtime.erasure_parts set outcome = $4 where erasure = $1 and projection = $2 and version = $3 and outcome is null`, [
    erasure,
    part.projection,
    part.version,
    outcome,
  ]);

/** A copy that no fold will ever touch again, or that nobody reads and whose code is gone: it is not worth the person's data. */
const isDisposable = (version: InstalledVersion): boolean => version.state === 'side' || (version.state === 'live' && !version.active);

/**
 * Cleans every version this process has the code of. Versions built by other code are left to the processes that have it, unless
 * nobody reads them: those are dropped.
 */
export async function cleanOwnVersions({ pool, keys, projections }: CleanAllDeps, erasure: string): Promise<void> {
  const names = new Set(projections.map(({ name }) => name));
  const open = await pool.query<OpenPart>(
    'select projection, version from runtime.erasure_parts where erasure = $1 and outcome is null order by projection, version',
    [erasure],
  );
  const own = open.filter(({ projection }) => names.has(projection));
  if (own.length === 0) return;
  const installed = await installedVersions(pool, [...names]);
  for (const part of own) {
    const version = installed.find((one) => one.projection === part.projection && one.version === part.version);
    if (!version) {
      await settle(pool, erasure, part, 'gone');
      continue;
    }
    const code = projections.find((projection) => isBuiltBy(version, projection));
    if (code) await cleanVersion({ pool, keys }, numbered(code, part.version), erasure);
    else if (isDisposable(version)) {
      await removeVersion(pool, { name: part.projection, version: part.version });
      await settle(pool, erasure, part, 'dropped');
    }
  }
}
