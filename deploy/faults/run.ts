import { parseArgs } from 'node:util';
import type { Fault } from './fault';
import { FAULTS } from './modes';
import { isProven, Progress, summarise } from './report';
import { runRound, type RoundReport } from './round';
import { LOGS, System, type LogKind } from './system';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    fault: { type: 'string' },
    log: { type: 'string', default: 'embedded' },
    systems: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

const USAGE = `npm run test:faults -- [--log embedded|kafka] [--rounds 1000] [--seed 7] [--fault "kill -9"] [--systems 2]
${LOGS.map(
  (log) =>
    `Faults with --log ${log}: ${faultsOf(log)
      .map(({ name }) => name)
      .join('; ')}`,
).join('\n')}`;

/** A system is used for so many rounds: its log and tables grow. */
const ROUNDS_PER_SYSTEM = 40;

function faultsOf(log: LogKind): readonly Fault[] {
  return FAULTS.filter(({ logs }) => logs === undefined || logs.includes(log));
}

interface Plan {
  readonly log: LogKind;
  readonly faults: readonly Fault[];
  readonly rounds: number;
  readonly seed: number;
}

/** The fault belongs to the number of the round, and everything random in it to its seed. */
class Rounds {
  readonly reports: RoundReport[] = [];
  private readonly progress: Progress;
  private next = 0;

  constructor(private readonly plan: Plan) {
    this.progress = new Progress(plan.rounds, plan.log);
  }

  /** No further round is begun. */
  stop(): void {
    this.next = this.plan.rounds;
  }

  /** Works on rounds that nobody has begun, on a system of its own, until none is left. */
  async work(): Promise<void> {
    const { log, faults, rounds, seed } = this.plan;
    while (this.next < rounds) {
      const system = await System.start(log);
      try {
        for (let used = 0; used < ROUNDS_PER_SYSTEM && this.next < rounds; used++) {
          const n = this.next++;
          const fault = faults[n % faults.length];
          if (!fault) return;
          const report = await runRound(system, fault, seed + n);
          this.reports.push(report);
          this.progress.tell(report);
          // What one round left behind must not be held against the next.
          if (fault.isFinal || !isProven(report)) break;
        }
      } finally {
        await system.stop();
      }
    }
  }
}

async function planOf(): Promise<Plan> {
  const log = LOGS.find((kind) => kind === values.log);
  if (!log) throw new Error(`there is no such log.\n${USAGE}`);
  const wanted = faultsOf(log).filter(({ name }) => values.fault === undefined || name === values.fault);
  const faults: Fault[] = [];
  for (const fault of wanted) {
    const missing = await fault.missing?.();
    if (missing === undefined) faults.push(fault);
    else console.log(`${fault.name} is left out: ${missing}`);
  }
  if (faults.length === 0) throw new Error(`there is no such fault.\n${USAGE}`);
  const [rounds, seed] = [Number(values.rounds ?? faults.length), Number(values.seed)];
  if (!(rounds > 0) || !Number.isSafeInteger(seed)) throw new Error(USAGE);
  return { log, faults, rounds, seed };
}

async function main(): Promise<void> {
  if (values.help) return console.log(USAGE);
  const plan = await planOf();
  console.log(`${plan.rounds} rounds on the ${plan.log} log, seeds ${plan.seed} to ${plan.seed + plan.rounds - 1}`);
  const rounds = new Rounds(plan);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => rounds.stop());
  await Promise.all(Array.from({ length: Number(values.systems) }, () => rounds.work()));
  summarise(rounds.reports);
  process.exitCode = rounds.reports.every(isProven) ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
