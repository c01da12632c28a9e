import { execFile } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors';

const run = promisify(execFile);
const NAME = 'postgres';
/** As seen from inside the server is an ordinary user, as seen by the file system it is still root. */
const USER_NAMESPACE = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];

/** How a server is made to run under another identity than root, which Postgres refuses. */
export interface Account {
  /** The operating system account to switch to; `undefined` means ours. */
  readonly identity: { readonly uid: number; readonly gid: number } | undefined;
  /** What to put before every command. */
  readonly prefix: readonly string[];
}

const OURS: Account = { identity: undefined, prefix: [] };

/** What the account must be able to get at. */
interface Reach {
  /** An existing cluster, or where it will be. */
  readonly cluster: string;
  readonly executable: string;
}

/**
 * For root: the account "postgres" where it can enter the folders concerned, else (a project below /root, a private
 * temporary directory) a user namespace. A cluster stays with the kind of account that made it.
 */
export async function serverAccount(reach: Reach): Promise<Account> {
  if (process.getuid?.() !== 0) return OURS;
  const owner = await stat(path.join(reach.cluster, 'PG_VERSION')).catch(() => undefined);
  if (owner && owner.uid !== 0) return { identity: { uid: owner.uid, gid: owner.gid }, prefix: [] };
  if (!owner && (await isOpenToOthers(reach.cluster)) && (await isOpenToOthers(reach.executable)))
    return { identity: await findAccount(), prefix: [] };
  if (await hasUserNamespaces()) return { identity: undefined, prefix: USER_NAMESPACE };
  throw failed(`other accounts may not enter ${path.dirname(reach.cluster)} or the folder of the project`);
}

async function isOpenToOthers(file: string): Promise<boolean> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found && (found.mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

async function hasUserNamespaces(): Promise<boolean> {
  const [command = '', ...args] = [...USER_NAMESPACE, 'true'];
  return run(command, args).then(
    () => true,
    () => false,
  );
}

async function findAccount(): Promise<Account['identity']> {
  const existing = await lookUp();
  if (existing) return existing;
  await createAccount();
  const created = await lookUp();
  if (!created) throw failed(`the account "${NAME}" could not be created`);
  return created;
}

async function lookUp(): Promise<Account['identity']> {
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
    throw failed(`the account "${NAME}" could not be created`, cause);
  }
}

function failed(why: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'EMBEDDED_POSTGRES_FAILED',
    `Postgres does not run as root, and ${why}: start as another user, use folders that others may enter, or set DATABASE_URL`,
    cause,
  );
}

export async function giveTo({ identity }: Account, file: string): Promise<void> {
  if (identity) await chown(file, identity.uid, identity.gid);
}
