import { randomUUID } from 'node:crypto';
import { openDataSource } from '@picly/database';
import type { Scope } from '@picly/platform';
import type { DataSource, Repository } from 'typeorm';
import type { ApiKey } from './api-key.entity';
import type { KeyDirectory } from './key-directory';
import { hashOfKey, newKeySecret } from './key-secret';
import type { NewKey } from './new-key';

const BROWSER_EVENTS_PER_MINUTE = 600;
const HINT_LENGTH = 8;

/** A key as shown to an administrator; never the key itself. */
export interface KeyDescription {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly origins: readonly string[];
  readonly events_per_minute: number | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

function describe(key: ApiKey): KeyDescription {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    scopes: key.scopes,
    origins: key.origins,
    events_per_minute: key.eventsPerMinute,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

/** Makes, lists and revokes keys. Opens its own connection at first use: most processes never administer anything. */
export class KeyAdministration {
  private opened: Promise<{ readonly source: DataSource; readonly keys: Repository<ApiKey> }> | undefined;

  constructor(
    private readonly url: string,
    private readonly directory: KeyDirectory,
  ) {}

  /** The only moment at which the key itself is seen. */
  async create(wanted: NewKey): Promise<KeyDescription & { readonly key: string }> {
    const secret = newKeySecret(wanted.scopes);
    const isForBrowsers = wanted.scopes.includes('ingest:browser');
    const { keys } = await this.open();
    const saved = await keys.save({
      id: randomUUID(),
      name: wanted.name,
      hash: hashOfKey(secret),
      hint: secret.slice(0, HINT_LENGTH),
      scopes: wanted.scopes,
      origins: wanted.origins ?? [],
      eventsPerMinute: wanted.events_per_minute ?? (isForBrowsers ? BROWSER_EVENTS_PER_MINUTE : null),
      createdAt: new Date(),
      lastUsedAt: null,
      revokedAt: null,
    });
    this.directory.clear();
    return { ...describe(saved), key: secret };
  }

  /** All keys ever made, the latest first. */
  async list(): Promise<readonly KeyDescription[]> {
    const { keys } = await this.open();
    return (await keys.find({ order: { createdAt: 'DESC', id: 'ASC' } })).map(describe);
  }

  /** The key as it is now; `undefined` when there is none with this id. Revoking twice changes nothing. */
  async revoke(id: string): Promise<KeyDescription | undefined> {
    const { keys } = await this.open();
    const key = await keys.findOneBy({ id });
    if (!key) return undefined;
    const revoked = key.revokedAt ? key : await keys.save({ ...key, revokedAt: new Date() });
    this.directory.clear();
    return describe(revoked);
  }

  /** Called by Nest when the process stops. */
  async onApplicationShutdown(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    await opened?.source.destroy();
  }

  private open(): Promise<{ readonly source: DataSource; readonly keys: Repository<ApiKey> }> {
    const opening = (this.opened ??= this.connect());
    opening.catch(() => {
      if (this.opened === opening) this.opened = undefined;
    });
    return opening;
  }

  private async connect(): Promise<{ readonly source: DataSource; readonly keys: Repository<ApiKey> }> {
    const entity = await import('./api-key.entity');
    const source = await openDataSource({
      url: this.url,
      applicationName: 'picly keys',
      maxConnections: 2,
      schema: 'runtime',
      entities: [entity.ApiKey],
    });
    return { source, keys: source.getRepository(entity.ApiKey) };
  }
}
