import { createPool } from '@picly/database';
import { Eraser } from '@picly/erasure';
import { createPostgresLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { standalone } from './standalone.module';

/** A process that erases, for a test that kills it. */
async function main(): Promise<void> {
  const [url = ''] = process.argv.slice(2);
  const pool = createPool({ url, maxConnections: 4 });
  const log = await createPostgresLog({ url });
  const say = (_: object, line: string): void => console.log(line);
  const keys = new PersonKeys({ pool });
  const { projections } = standalone;
  console.log('ready');
  new Eraser({ pool, log, keys, projections, logger: { info: say, warn: say, error: say }, pollMs: 10 }).start();
}

main().catch((error: unknown) => {
  console.log(error);
  process.exit(1);
});
