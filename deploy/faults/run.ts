import { parseArgs } from 'node:util';
import { FAULTS } from './modes';
import { runRound, type RoundReport } from './round';
import { System } from './system';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: String(FAULTS.length) },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    fault: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const USAGE = `npm run test:faults -- [--runs 1000] [--seed 7] [--fault "kill -9"]
Faults: ${FAULTS.map(({ name }) => name).join('; ')}`;

/** A system is used for so many rounds: its log and tables grow. */
const ROUNDS_PER_SYSTEM = 50;

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;

function tell(report: RoundReport, done: number, runs: number, startedAt: number): void {
  const spent = performance.now() - startedAt;
  const { seed, fault, injected, acknowledged, repeated, doubled, violations } = report;
  console.log(
    `${done}/${runs} seed ${seed} ${fault}: happened ${injected} times, ${acknowledged} acknowledged, ${repeated} sent again, ` +
      `${doubled} twice in the log; ${violations.length === 0 ? 'all kept' : 'BROKEN'}; ${minutes((spent / done) * (runs - done))} left`,
  );
  for (const { oracle, count, examples } of violations) console.log(`  ${oracle}: ${count}, such as ${examples.join('; ')}`);
}

function summarise(reports: readonly RoundReport[]): void {
  console.log('\nfault | rounds | happened | acknowledged | sent again | broken rounds');
  for (const fault of new Set(reports.map((report) => report.fault))) {
    const of = reports.filter((report) => report.fault === fault);
    const sum = (pick: (report: RoundReport) => number): number => of.reduce((total, report) => total + pick(report), 0);
    const broken = of.filter(({ violations }) => violations.length > 0);
    console.log(
      [fault, of.length, sum((r) => r.injected), sum((r) => r.acknowledged), sum((r) => r.repeated), broken.length].join(' | ') +
        (broken.length > 0 ? ` (seeds ${broken.map(({ seed }) => seed).join(', ')})` : ''),
    );
  }
}

async function main(): Promise<void> {
  if (values.help) return console.log(USAGE);
  const faults = FAULTS.filter(({ name }) => values.fault === undefined || name === values.fault);
  if (faults.length === 0) throw new Error(`there is no such fault.\n${USAGE}`);
  const [runs, firstSeed] = [Number(values.runs), Number(values.seed)];
  const reports: RoundReport[] = [];
  const startedAt = performance.now();
  let system = await System.start();
  try {
    for (let n = 0; n < runs; n++) {
      const fault = faults[n % faults.length];
      if (!fault) break;
      if (n > 0 && n % ROUNDS_PER_SYSTEM === 0) {
        await system.stop();
        system = await System.start();
      }
      reports.push(await runRound(system, fault, firstSeed + n));
      tell(reports[n] as RoundReport, n + 1, runs, startedAt);
    }
  } finally {
    await system.stop();
  }
  summarise(reports);
  const isProven = reports.every(({ injected, violations }) => injected > 0 && violations.length === 0);
  process.exitCode = isProven ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
