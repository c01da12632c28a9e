import { readFile } from 'node:fs/promises';
import { percent, table } from '@picly/terminal';
import type { CliConfig } from '../config';
import { UserError } from '../user-error';
import { clientFor, print, printJson } from './client';

const ADMIN = '/api/analytics/admin/experiments';
const pathOf = (key: string): string => `${ADMIN}/${encodeURIComponent(key)}`;

export interface ChangeFlags {
  readonly author?: string;
  readonly reason?: string;
  readonly arm?: string;
}

interface Experiment {
  readonly key: string;
  readonly revision: number;
  readonly state: string;
  readonly changed_at: string;
  readonly author: string;
  readonly definition: { readonly arms: readonly { readonly key: string; readonly weight: number }[]; readonly primary_metric: string };
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UserError(`${file} cannot be read`);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below, like everything else that is no object.
  }
  throw new UserError(`${file} holds no JSON object`);
}

const saidOf = ({ author, reason }: ChangeFlags): object => ({
  ...(author !== undefined && { author }),
  ...(reason !== undefined && { reason }),
});

const told = ({ key, revision, state }: Experiment): void => print(`${key} is ${state}, revision ${revision}`);

export async function defineExperiment(file: string, flags: ChangeFlags, config: CliConfig): Promise<number> {
  told(await clientFor(config).post<Experiment>(ADMIN, { ...(await readJson(file)), ...saidOf(flags) }));
  return 0;
}

export async function moveExperiment(key: string, flags: ChangeFlags & { readonly state: string }, config: CliConfig): Promise<number> {
  const client = clientFor(config);
  const { revision } = await client.get<Experiment>(pathOf(key));
  const wanted = { state: flags.state, revision, ...saidOf(flags), ...(flags.arm !== undefined && { arm: flags.arm }) };
  told(await client.post<Experiment>(`${pathOf(key)}/state`, wanted));
  return 0;
}

export async function reweightExperiment(
  key: string,
  flags: ChangeFlags & { readonly weight: ReadonlyMap<string, string> },
  config: CliConfig,
): Promise<number> {
  const client = clientFor(config);
  const { revision, definition } = await client.get<Experiment>(pathOf(key));
  const arms = definition.arms.map((arm) => ({ key: arm.key, weight: Number(flags.weight.get(arm.key) ?? Number.NaN) }));
  if (arms.some(({ weight }) => !Number.isFinite(weight))) {
    throw new UserError(`say a weight for every arm: ${arms.map((arm) => `--weight ${arm.key}=...`).join(' ')}`);
  }
  told(await client.patch<Experiment>(pathOf(key), { revision, arms, ...saidOf(flags) }));
  return 0;
}

export async function listExperiments({ json }: { readonly json?: boolean }, config: CliConfig): Promise<number> {
  const { data } = await clientFor(config).get<{ readonly data: readonly Experiment[] }>(ADMIN, { query: { limit: '1000' } });
  if (json === true) {
    printJson(data);
    return 0;
  }
  print(
    table(data, [
      { title: 'EXPERIMENT', value: (row) => row.key },
      { title: 'STATE', value: (row) => row.state },
      { title: 'REVISION', value: (row) => String(row.revision), align: 'right' },
      { title: 'ARMS', value: (row) => row.definition.arms.map(({ key, weight }) => `${key} ${percent(weight)}`).join(', ') },
      { title: 'PRIMARY METRIC', value: (row) => row.definition.primary_metric },
      { title: 'CHANGED', value: (row) => `${row.changed_at.slice(0, 16).replace('T', ' ')} by ${row.author}` },
    ]),
  );
  return 0;
}

export async function showExperiment(key: string, config: CliConfig): Promise<number> {
  printJson(await clientFor(config).get(pathOf(key)));
  return 0;
}

interface Comparison {
  readonly arm: string;
  readonly relative: {
    readonly effect: number;
    readonly interval: readonly (number | null)[];
    readonly p_adjusted: number;
    readonly reason: string | null;
  };
  readonly bayesian: { readonly chance_to_win: number };
}

export interface Results {
  readonly figures_as_of?: string;
  readonly decision: { readonly verdict: string; readonly arm: string | null; readonly reasons: readonly string[] };
  readonly metrics: readonly {
    readonly metric: string;
    readonly role: string;
    readonly arms: readonly { readonly arm: string; readonly n: number; readonly value: number | null }[];
    readonly comparisons: readonly Comparison[];
  }[];
  readonly health: { readonly sample_ratio: { readonly p: number; readonly alarm: boolean } };
}

export async function showResults(
  key: string,
  flags: { readonly asOf?: string; readonly json?: boolean },
  config: CliConfig,
): Promise<number> {
  const path = `/api/analytics/experiments/${encodeURIComponent(key)}/results`;
  const results = await clientFor(config).get<Results>(path, flags.asOf === undefined ? {} : { query: { as_of: flags.asOf } });
  if (flags.json === true) printJson(results);
  else printResults(results);
  return 0;
}

const signed = (value: number | null | undefined): string =>
  value == null ? 'open' : `${value >= 0 ? '+' : ''}${(100 * value).toFixed(2)} %`;

/** The answer in words first, then the figures behind it. */
export function printResults({ decision, metrics, health, figures_as_of: asOf }: Results): void {
  print(`${decision.verdict.replaceAll('_', ' ')}${decision.arm === null ? '' : ` ${decision.arm}`}`);
  for (const reason of decision.reasons) print(`  ${reason}`);
  const rows = metrics.flatMap((metric) => metric.comparisons.map((comparison) => ({ metric, comparison })));
  print('');
  print(
    table(rows, [
      { title: 'METRIC', value: ({ metric }) => `${metric.metric} (${metric.role})` },
      { title: 'ARM', value: ({ comparison }) => comparison.arm },
      { title: 'UNITS', value: ({ metric }) => metric.arms.map(({ n }) => n).join(' / '), align: 'right' },
      { title: 'EFFECT', value: ({ comparison }) => signed(comparison.relative.effect), align: 'right' },
      {
        title: 'ALWAYS VALID',
        value: ({ comparison: { relative } }) => relative.reason ?? `${signed(relative.interval[0])} to ${signed(relative.interval[1])}`,
      },
      { title: 'P', value: ({ comparison }) => comparison.relative.p_adjusted.toFixed(4), align: 'right' },
      { title: 'CHANCE', value: ({ comparison }) => percent(comparison.bayesian.chance_to_win), align: 'right' },
    ]),
  );
  const { p, alarm } = health.sample_ratio;
  print(
    `\nsplit: ${alarm ? 'NOT as planned, believe nothing above' : 'as planned'} (p ${p.toPrecision(3)})${asOf === undefined ? '' : `; as of ${asOf}`}`,
  );
}

/** Sends a file of units with what is said of it, and tells the analysis. */
export async function importExperiment(
  file: string,
  flags: { readonly definition: string; readonly json?: boolean },
  config: CliConfig,
): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UserError(`${file} cannot be read`);
  });
  const source = /\.(ndjson|jsonl)$/i.test(file) ? { ndjson: text } : { csv: text };
  const body = { ...(await readJson(flags.definition)), ...source };
  const answer = await clientFor(config).post<Results | { readonly design: 'paired' }>('/api/analytics/experiments/import', body);
  if (flags.json === true || !('decision' in answer)) printJson(answer);
  else printResults(answer);
  return 0;
}
