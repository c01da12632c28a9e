import { installProjections } from '@picly/projections';
import { receipts } from '../../../services/gateway/src/views/receipts/receipts.projection';
import { productFlags, startProcess, type BenchProcess } from './process';

export interface RunningService extends BenchProcess {
  readonly url: string;
}

/** The gateway alone in a process of its own, its log in the database. */
export async function startGateway(databaseUrl: string, nodeArgs: readonly string[] = []): Promise<RunningService> {
  await installProjections(databaseUrl, [receipts]);
  const running = startProcess('deploy/bench/processes/gateway.js', {
    env: { DATABASE_URL: databaseUrl },
    nodeArgs: [...productFlags(), ...nodeArgs],
  });
  const [, url = ''] = await running.line(/^ready (\S+)/);
  return { ...running, url };
}

/** The whole product in one process, with its own embedded Postgres in `dataDir`. */
export async function startStandalone(dataDir: string, nodeArgs: readonly string[] = []): Promise<RunningService> {
  const running = startProcess('services/standalone/src/main.js', {
    env: { DATA_DIR: dataDir },
    nodeArgs: [...productFlags(), ...nodeArgs],
  });
  const [, url = ''] = await running.line(/^ready (\S+)/);
  return { ...running, url };
}
