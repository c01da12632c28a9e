import type { ApiClient } from '@picly/api-client';
import type { ProjectionStatus } from '@picly/projections';
import { count, table } from '@picly/terminal';
import type { CliConfig } from '../config';
import { clientFor, print, printJson } from './client';

export interface StatusFlags {
  readonly partitions?: boolean;
  readonly json?: boolean;
}

interface Health {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}

const UNWELL = 3;
const READY: Readonly<Record<string, string>> = { ok: 'ready', degraded: 'ready, but not well' };

const known = (n: number | null): string => (n === null ? '?' : count(n));

export async function showStatus(flags: StatusFlags, config: CliConfig): Promise<number> {
  const client = clientFor(config);
  const health = await healthOf(client);
  const { data: projections } = await client.get<{ readonly data: readonly ProjectionStatus[] }>('/api/analytics/admin/projections');
  const failing = projections.flatMap(({ partitions }) => partitions).some((partition) => partition.last_error !== null);
  const exitCode = health.status === 'ok' && !failing ? 0 : UNWELL;
  if (flags.json) {
    printJson({ url: config.url, health, projections });
    return exitCode;
  }
  print(`${config.url} is ${READY[health.status] ?? 'not ready'} (${checks(health)})\n`);
  print(projectionTable(projections));
  if (flags.partitions) print(`\n${partitionTable(projections)}`);
  for (const line of troubles(projections)) print(`\n${line}`);
  return exitCode;
}

/** A system that is not ready says so with 503, and is still worth looking at. */
async function healthOf(client: ApiClient): Promise<Health> {
  return client.get<Health>('/health/ready', { accept: [503] });
}

const checks = ({ checks: parts }: Health): string =>
  Object.entries(parts ?? {})
    .map(([name, state]) => `${name} ${state}`)
    .join(', ');

function projectionTable(rows: readonly ProjectionStatus[]): string {
  return table(rows, [
    { title: 'VIEW', value: (row) => `${row.projection} v${row.version}${row.active ? '' : ' (not active)'}` },
    { title: 'FOLDED', value: (row) => count(row.events_folded), align: 'right' },
    { title: 'BEHIND', value: (row) => known(row.lag_events), align: 'right' },
    { title: 'PER SECOND', value: (row) => known(row.events_per_second), align: 'right' },
    { title: 'DEAD LETTERS', value: (row) => count(row.dead_letters), align: 'right' },
    { title: 'LATEST EVENT', value: (row) => row.event_time?.slice(0, 19).replace('T', ' ') ?? '-' },
    { title: 'FOLDED BY', value: (row) => [...new Set(row.partitions.map(({ owner }) => owner))].join(', ') || '-' },
  ]);
}

function partitionTable(rows: readonly ProjectionStatus[]): string {
  const partitions = rows.flatMap((row) => row.partitions.map((partition) => ({ ...partition, view: row.projection })));
  return table(partitions, [
    { title: 'VIEW', value: (row) => row.view },
    { title: 'TOPIC', value: (row) => row.topic },
    { title: 'PARTITION', value: (row) => String(row.partition), align: 'right' },
    { title: 'POSITION', value: (row) => count(row.position), align: 'right' },
    { title: 'END', value: (row) => known(row.end), align: 'right' },
    { title: 'BEHIND', value: (row) => known(row.lag), align: 'right' },
    { title: 'FOLDED BY', value: (row) => row.owner },
  ]);
}

function troubles(rows: readonly ProjectionStatus[]): readonly string[] {
  return rows.flatMap(({ projection, partitions }) =>
    partitions.flatMap(({ topic, partition, last_error }) =>
      last_error === null ? [] : [`${projection}, ${topic}/${partition}: ${last_error}`],
    ),
  );
}
