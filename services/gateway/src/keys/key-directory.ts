import type { ApiKeysQueries, UsableKey } from './api-keys.queries';
import { Cached } from './cached';
import { hashOfKey, isKeySecret } from './key-secret';

/** A revoked key stops working, and a new one works, within this time in every process. */
const MAX_AGE_MS = 800;
const TOUCH_EVERY_MS = 60_000;

/** Which keys there are, fresh to less than a second. */
export class KeyDirectory {
  private readonly keys: Cached<UsableKey | undefined>;
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
  find(secret: string): Promise<UsableKey | undefined> {
    return isKeySecret(secret) ? this.keys.get(hashOfKey(secret)) : Promise.resolve(undefined);
  }

  /** Whether keys are in use at all; without any, the system serves its own machine only. */
  hasAny(): Promise<boolean> {
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

  private async load(hash: string, now: number): Promise<UsableKey | undefined> {
    const key = await this.queries.find(hash);
    if (key && now - (key.last_used_at?.getTime() ?? 0) > TOUCH_EVERY_MS) await this.queries.touch(key.id);
    return key;
  }
}
