import type { Fault } from '../fault';
import { clockJumps } from './clock-jumps';
import { crashPostgres } from './crash-postgres';
import { cutBrokers } from './cut-brokers';
import { cutDatabase } from './cut-database';
import { diskFull } from './disk-full.queries';
import { duplicates } from './duplicates';
import { killDuringErasure } from './erasure-killed.queries';
import { freeze } from './freeze';
import { freezeBroker } from './freeze-broker';
import { kill9 } from './kill-9';
import { killAll } from './kill-all';
import { killLeader } from './kill-leader';
import { killDuringReplay } from './letters-killed';
import { loseAcknowledgements } from './lose-acknowledgements';
import { loseBrokerAnswers } from './lose-produce-answers';
import { poison } from './poison';
import { rebalance } from './rebalance';
import { killDuringRebuild, killDuringSwitch } from './rebuild-killed';
import { restartBrokers } from './restart-brokers';
import { slowDatabase } from './slow-database';
import { terminate } from './terminate';
import { terminateBackends } from './terminate-backends.queries';
import { truncated } from './truncated';

/** Every way to fail that is tried, one file each. */
export const FAULTS: readonly Fault[] = [
  kill9,
  killAll,
  terminate,
  freeze,
  rebalance,
  cutDatabase,
  slowDatabase,
  loseAcknowledgements,
  terminateBackends,
  crashPostgres,
  duplicates,
  poison,
  clockJumps,
  diskFull,
  killDuringRebuild,
  killDuringSwitch,
  killDuringReplay,
  killDuringErasure,
  killLeader,
  freezeBroker,
  restartBrokers,
  loseBrokerAnswers,
  cutBrokers,
  truncated,
];
