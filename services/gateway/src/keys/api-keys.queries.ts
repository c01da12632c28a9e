import type { Sql } from '@picly/database';
import type { Scope } from '@picly/platform';

/** A key that may be used. */
export interface UsableKey {
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** Empty = any. */
  readonly origins: readonly string[];
  readonly events_per_minute: number | null;
  readonly last_used_at: Date | null;
}

const FIND = 'select id, scopes, origins, events_per_minute, last_used_at from runtime.api_keys where hash = $1 and revoked_at is null';
const ANY = 'select exists (select from runtime.api_keys) as any';
const ORIGINS = `
  select distinct unnest(origins) as origin from runtime.api_keys where revoked_at is null
  union
  select '*' from runtime.api_keys where revoked_at is null and origins = '{}' and 'ingest:browser' = any(scopes)`;
const TOUCH = 'update runtime.api_keys set last_used_at = now() where id = $1';

export class ApiKeysQueries {
  constructor(private readonly sql: Sql) {}

  /** The key with this hash, unless revoked. */
  async find(hash: string): Promise<UsableKey | undefined> {
    const [row] = await this.sql.query<UsableKey>(FIND, [hash], 'api_keys_find');
    return row;
  }

  /** Whether a key was ever made, revoked ones included: from then on the system is closed. */
  async hasAny(): Promise<boolean> {
    const [row] = await this.sql.query<{ any: boolean }>(ANY, [], 'api_keys_any');
    return row?.any === true;
  }

  /** Every origin that some key is bound to, and `*` when a browser key is bound to none. */
  async origins(): Promise<ReadonlySet<string>> {
    const rows = await this.sql.query<{ origin: string }>(ORIGINS, [], 'api_keys_origins');
    return new Set(rows.map((row) => row.origin));
  }

  async touch(id: string): Promise<void> {
    await this.sql.query(TOUCH, [id], 'api_keys_touch');
  }
}
