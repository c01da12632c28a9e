import type { Fault } from '../fault';
import { crashPostgres } from './crash-postgres';
import { cutDatabase } from './cut-database';
import { freeze } from './freeze';
import { kill9 } from './kill-9';
import { killAll } from './kill-all';
import { loseAcknowledgements } from './lose-acknowledgements';
import { slowDatabase } from './slow-database';
import { terminate } from './terminate';
import { terminateBackends } from './terminate-backends.queries';

/** Every way to fail that is tried, one file each. */
export const FAULTS: readonly Fault[] = [
  kill9,
  killAll,
  terminate,
  freeze,
  cutDatabase,
  slowDatabase,
  loseAcknowledgements,
  terminateBackends,
  crashPostgres,
];
