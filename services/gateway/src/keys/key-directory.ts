import type { ApiKey, KeyStore } from '@picly/platform';
import type { ApiKeysQueries } from './api-keys.queries';
import { Cached } from './cached';
import { hashOfKey, isKeySecret } from './key-secret';

/** A revoked key stops working, and a new one works, within this time in every process. */
const MAX_AGE_MS = 800;
const TOUCH_EVERY_MS = 60_000;

/** Which keys there are, fresh to less than a second. */
export class KeyDirectory implements KeyStore {
  private readonly keys: Cached<ApiKey | undefined>;
  private readonly any: Cached<boolean>;
  private readonly origins: Cached<ReadonlySet<string>>;

  constructor(
    private readonly queries: ApiKeysQueries,
    now: () => number = Date.now,
  ) {
    const options = { maxAgeMs: MAX_AGE_MS, maxEntries: 10_000, now };
    this.keys = new Cached((hash) => this.load(hash, now()), options);
    this.any = new Cached(() => queries.hasAny(), options);
    this.origins = new Cached(() => queries.origins(), options);
  }

  /** The key this secret opens; `undefined` for unknown and revoked ones. */
  find(secret: string): Promise<ApiKey | undefined> {
    return isKeySecret(secret) ? this.keys.get(hashOfKey(secret)) : Promise.resolve(undefined);
  }

  /** Whether a key was ever made; without any, the system serves its own machine only. */
  hasKeys(): Promise<boolean> {
    return this.any.get('');
  }

  /** Every origin that some key is bound to: who may ask before sending (a preflight carries no key). */
  knownOrigins(): Promise<ReadonlySet<string>> {
    return this.origins.get('');
  }

  /** Forget what is remembered, after a change made here. */
  clear(): void {
    this.keys.clear();
    this.any.clear();
    this.origins.clear();
  }

  private async load(hash: string, now: number): Promise<ApiKey | undefined> {
    const key = await this.queries.find(hash);
    if (!key) return undefined;
    if (now - (key.last_used_at?.getTime() ?? 0) > TOUCH_EVERY_MS) await this.queries.touch(key.id);
    return { id: key.id, scopes: key.scopes, origins: key.origins, rateLimitPerMinute: key.events_per_minute };
  }
}
