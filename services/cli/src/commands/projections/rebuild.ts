import { decodePosition } from '@picly/contracts';
import type { JobAnswer } from '@picly/projections';
import type { CliConfig } from '../../config';
import { UserError } from '../../user-error';
import { clientFor, print, printJson } from '../client';
import { ask, follow, jobTable, partitionTable, PROJECTIONS, report } from './jobs';

export interface RebuildFlags {
  readonly show?: 'always' | 'equal' | 'never';
  readonly until?: string;
  readonly name?: string;
  readonly cancel?: boolean;
  readonly progress?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

const FAILED = 1;
const DIFFERS = 4;

interface Jobs {
  readonly data: readonly JobAnswer[];
}

export async function rebuild(names: readonly string[], flags: RebuildFlags, config: CliConfig): Promise<number> {
  if (flags.cancel) return cancel(names, config);
  if (flags.progress) return showProgress(names, config);
  if (names.length === 0) throw new UserError('say which projections to rebuild (picly status lists them)');
  if (flags.until !== undefined) return copy(names, { ...flags, until: flags.until }, config);
  const client = clientFor(config);
  const body = { projections: names, ...(flags.show && { switch: flags.show }) };
  const { data } = await ask(client.post<Jobs>(`${PROJECTIONS}/rebuild`, body));
  return settle(data, flags, config);
}

export async function verify(
  names: readonly string[],
  flags: { readonly detach?: boolean; readonly json?: boolean },
  config: CliConfig,
): Promise<number> {
  const { data } = await ask(clientFor(config).post<Jobs>(`${PROJECTIONS}/verify`, names.length > 0 ? { projections: names } : {}));
  const code = await settle(data, flags, config);
  return code;
}

export async function switchTo(
  kind: 'activate' | 'rollback',
  name: string,
  version: number | undefined,
  config: CliConfig,
): Promise<number> {
  const body = version === undefined ? {} : { version };
  const job = await ask(clientFor(config).post<JobAnswer>(`${PROJECTIONS}/${encodeURIComponent(name)}/${kind}`, body));
  return settle([job], {}, config);
}

/** By number, a copy by its name, or the kept one. */
export async function drop(name: string, which: string | undefined, config: CliConfig): Promise<number> {
  const body = which === undefined ? {} : /^\d+$/.test(which) ? { version: Number(which) } : { label: which };
  const dropped = await ask(
    clientFor(config).post<{ readonly version: number; readonly schema_name: string }>(
      `${PROJECTIONS}/${encodeURIComponent(name)}/drop`,
      body,
    ),
  );
  print(`version ${dropped.version} of ${name} (${dropped.schema_name}) is gone`);
  return 0;
}

/** Waits for the end and tells it: 0 well, 1 failed, 4 rows differ and readers are as before (verify, --show equal). */
async function settle(
  asked: readonly JobAnswer[],
  flags: { readonly detach?: boolean; readonly json?: boolean },
  config: CliConfig,
): Promise<number> {
  const client = clientFor(config);
  if (flags.detach) {
    print(jobTable(asked));
    return 0;
  }
  const jobs = await follow(client, asked);
  if (flags.json) printJson(jobs);
  else await report(client, jobs);
  if (jobs.some(({ state }) => state !== 'done')) return FAILED;
  return jobs.some(({ kind, comparison }) => kind === 'verify' && (comparison?.differences ?? 0) > 0) ? DIFFERS : 0;
}

async function copy(names: readonly string[], flags: RebuildFlags & { readonly until: string }, config: CliConfig): Promise<number> {
  const [name] = names;
  if (name === undefined || names.length > 1) throw new UserError('--until copies one projection at a time');
  if (flags.name === undefined) throw new UserError('--until needs --name: what the copy is called');
  const isTime = decodePosition(flags.until) === undefined;
  const body = { label: flags.name, ...(isTime ? { until: instant(flags.until) } : { until_position: flags.until }) };
  const job = await ask(clientFor(config).post<JobAnswer>(`${PROJECTIONS}/${encodeURIComponent(name)}/copy`, body));
  return settle([job], flags, config);
}

/** A date means its beginning, UTC. */
function instant(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new UserError(`${text} is neither a time (2026-03-01, 2026-03-01T08:00:00Z) nor a position`);
  return new Date(at).toISOString();
}

async function cancel(names: readonly string[], config: CliConfig): Promise<number> {
  if (names.length === 0) throw new UserError('say whose rebuild to cancel');
  const client = clientFor(config);
  const jobs: JobAnswer[] = [];
  for (const name of names) jobs.push(await ask(client.post<JobAnswer>(`${PROJECTIONS}/${encodeURIComponent(name)}/cancel`, {})));
  await report(client, await follow(client, jobs));
  return 0;
}

/** What is under way or was last, with partitions. */
async function showProgress(names: readonly string[], config: CliConfig): Promise<number> {
  const client = clientFor(config);
  const { data } = await client.get<Jobs>(`${PROJECTIONS}/jobs`, { query: { limit: 100 } });
  const chosen = names.length === 0 ? data : data.filter(({ projection }) => names.includes(projection));
  print(jobTable(chosen.slice(0, 20)));
  for (const job of chosen.filter(({ state, progress }) => state === 'building' && progress !== null)) {
    print(`\n${job.projection}\n${partitionTable(job.progress?.partitions ?? [])}`);
  }
  return 0;
}
