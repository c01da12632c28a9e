import { table } from '@picly/terminal';
import type { CliConfig } from '../config';
import { clientFor, print, printJson } from './client';

const PATH = '/api/analytics/admin/keys';

export interface CreateKeyFlags {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly origins?: readonly string[];
  readonly eventsPerMinute?: number;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly origins: readonly string[];
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export async function createKey(flags: CreateKeyFlags, config: CliConfig): Promise<number> {
  const wanted = {
    name: flags.name,
    scopes: flags.scopes,
    ...(flags.origins && { origins: flags.origins }),
    ...(flags.eventsPerMinute !== undefined && { events_per_minute: flags.eventsPerMinute }),
  };
  const { id, key } = await clientFor(config).post<{ readonly id: string; readonly key: string }>(PATH, wanted);
  process.stderr.write(`key ${id} made; it is shown this once:\n`);
  print(key);
  return 0;
}

const day = (instant: string | null): string => instant?.slice(0, 16).replace('T', ' ') ?? '-';

export async function listKeys({ json }: { readonly json?: boolean }, config: CliConfig): Promise<number> {
  const { data } = await clientFor(config).get<{ readonly data: readonly KeyRow[] }>(PATH);
  if (json) printJson(data);
  else if (data.length === 0) print('no keys: everybody on this machine may do everything, nobody else may connect');
  else {
    print(
      table(data, [
        { title: 'ID', value: (row) => row.id },
        { title: 'NAME', value: (row) => row.name },
        { title: 'KEY', value: (row) => `${row.hint}...` },
        { title: 'SCOPES', value: (row) => row.scopes.join(',') },
        { title: 'ORIGINS', value: (row) => row.origins.join(',') || '-' },
        { title: 'CREATED', value: (row) => day(row.created_at) },
        { title: 'LAST USED', value: (row) => day(row.last_used_at) },
        { title: 'REVOKED', value: (row) => day(row.revoked_at) },
      ]),
    );
  }
  return 0;
}

export async function revokeKey(id: string, config: CliConfig): Promise<number> {
  await clientFor(config).delete(`${PATH}/${encodeURIComponent(id)}`);
  print(`key ${id} is revoked`);
  return 0;
}
