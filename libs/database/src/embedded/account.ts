import { execFile } from 'node:child_process';
import { chown, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors';

const run = promisify(execFile);
const NAME = 'postgres';

/** The operating system account a server runs under; `undefined` means ours. Postgres refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp();
  if (existing) return existing;
  await createAccount();
  const created = await lookUp();
  if (!created) throw failed();
  return created;
}

async function lookUp(): Promise<Account | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  const fields = lines.map((line) => line.split(':')).find(([name]) => name === NAME);
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}

async function createAccount(): Promise<void> {
  const shadow = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', NAME];
  const busybox = ['-S', '-D', '-H', '-s', '/bin/false', NAME];
  try {
    await run('useradd', shadow).catch(() => run('adduser', busybox));
  } catch (cause) {
    throw failed(cause);
  }
}

function failed(cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'EMBEDDED_POSTGRES_FAILED',
    `Postgres does not run as root and the account "${NAME}" could not be created: start as another user or set DATABASE_URL`,
    cause,
  );
}

export async function giveTo(account: Account | undefined, file: string): Promise<void> {
  if (account) await chown(file, account.uid, account.gid);
}
