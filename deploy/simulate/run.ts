import { parseArgs } from 'node:util';
import type { Figure, Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

const USAGE = `npm run simulate -- [--only ${Object.keys(SCENARIOS).join(',')}] [--runs N] [--seed N]`;
const PROGRESS_MS = 2_000;

/** Says on standard error, every two seconds, how far a scenario is. */
function progressOf(name: string, total: number): () => void {
  let done = 0;
  let last = Date.now();
  return () => {
    done += 1;
    if (Date.now() - last < PROGRESS_MS) return;
    last = Date.now();
    process.stderr.write(`${name}: ${done} runs (of ${total} per figure)\n`);
  };
}

function row(scenario: string, { name, value, promise, kept }: Figure): string {
  return [scenario.padEnd(12), name.padEnd(72), value.toFixed(4).padStart(8), promise.padEnd(16), kept ? 'kept' : 'BROKEN'].join('  ');
}

function simulate(name: string, scenario: Scenario, options: { readonly runs: number; readonly seed: number }): readonly Figure[] {
  const started = Date.now();
  const figures = scenario.simulate({ ...options, onRun: progressOf(name, options.runs) });
  process.stderr.write(`${name}: ${scenario.title}, ${options.runs} runs, ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return figures;
}

function main(): number {
  const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string' } } });
  const names = values.only?.split(',') ?? Object.keys(SCENARIOS);
  const [runs, seed] = [values.runs, values.seed ?? '1'].map((text) => (text === undefined ? undefined : Number(text)));
  const isWhole = (value: number | undefined): boolean => value === undefined || (Number.isSafeInteger(value) && value >= 1);
  if (names.some((name) => SCENARIOS[name] === undefined) || !isWhole(runs) || !isWhole(seed)) {
    process.stderr.write(`${USAGE}\n`);
    return 64;
  }
  const rows = names.flatMap((name) => {
    const scenario = SCENARIOS[name];
    return scenario ? simulate(name, scenario, { runs: runs ?? scenario.runs, seed: seed ?? 1 }).map((figure) => ({ name, figure })) : [];
  });
  process.stdout.write(`${rows.map(({ name, figure }) => row(name, figure)).join('\n')}\n`);
  return rows.every(({ figure }) => figure.kept) ? 0 : 1;
}

process.exitCode = main();
