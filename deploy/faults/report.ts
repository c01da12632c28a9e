import type { RoundReport } from './round';

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;

/** A fault that missed proves nothing. */
export const isProven = ({ injected, violations }: RoundReport): boolean => injected > 0 && violations.length === 0;

/** One line per round, with the rate and the time left; where a promise was broken, how to see it again. */
export class Progress {
  private readonly startedAt = performance.now();
  private done = 0;

  constructor(
    private readonly rounds: number,
    private readonly log: string,
  ) {}

  tell(report: RoundReport): void {
    this.done++;
    const spent = performance.now() - this.startedAt;
    const { seed, fault, injected, acknowledged, repeated, doubled, violations } = report;
    const verdict = violations.length > 0 ? 'BROKEN' : injected > 0 ? 'all kept' : 'DID NOT HAPPEN';
    console.log(
      `${this.done}/${this.rounds} seed ${seed} ${fault}: happened ${injected} times, ${acknowledged} acknowledged, ${repeated} sent again, ` +
        `${doubled} twice in the log; ${verdict}; ${((this.done / spent) * 60_000).toFixed(1)} rounds/min, ` +
        `${minutes((spent / this.done) * (this.rounds - this.done))} left`,
    );
    for (const { oracle, count, examples } of violations) console.log(`  ${oracle}: ${count}, such as ${examples.join('; ')}`);
    if (!isProven(report)) console.log(`  again: npm run test:faults -- --log ${this.log} --fault "${fault}" --seed ${seed} --rounds 1`);
  }
}

/** How many faults of which kind happened, and what they broke. */
export function summarise(reports: readonly RoundReport[]): void {
  console.log(
    '\n| fault | rounds | happened | acknowledged | sent again | twice in the log | broken rounds |\n|---|---|---|---|---|---|---|',
  );
  const row = (name: string, of: readonly RoundReport[]): void => {
    const sum = (pick: (report: RoundReport) => number): number => of.reduce((total, report) => total + pick(report), 0);
    const broken = of.filter((report) => !isProven(report));
    const seeds = broken.length > 0 ? ` (seeds ${broken.map(({ seed }) => seed).join(', ')})` : '';
    const sums = [sum((r) => r.injected), sum((r) => r.acknowledged), sum((r) => r.repeated), sum((r) => r.doubled)];
    console.log(`| ${[name, of.length, ...sums, broken.length].join(' | ')}${seeds} |`);
  };
  for (const fault of new Set(reports.map((report) => report.fault))) {
    row(
      fault,
      reports.filter((report) => report.fault === fault),
    );
  }
  row('all', reports);
}
