import { randomBytes } from 'node:crypto';
import type { ApiKey, KeyStore, MaybeLater } from '@picly/platform';
import type { ApiKeysQueries } from './api-keys.queries';
import { Cached } from './cached';
import { hashOfKey, isKeySecret } from './key-secret';
import { OWN_KEY } from './own-key';
import type { SessionsQueries } from '../session/sessions.queries';

/** A revoked key stops working, and a new one works, within this time in every process. */
const MAX_AGE_MS = 800;
/** While the database is away. Whoever cannot be told apart then is told to come again, which loses time but no events. */
const MAX_AGE_IN_TROUBLE_MS = 30_000;
const TOUCH_EVERY_MS = 60_000;

/** The key of the configuration, with which the first keys are made where nobody can reach the loopback interface. */
const CONFIGURED_ADMIN: ApiKey = { id: 'configured-admin', scopes: ['admin'], origins: [], rateLimitPerMinute: null };

const OWN: ApiKey = { id: 'own', scopes: ['read'], origins: [], rateLimitPerMinute: null };
const OWN_HASH = hashOfKey(OWN_KEY);

export interface DirectoryOptions {
  /** A key with scope admin from the configuration. */
  readonly adminKey?: string | undefined;
  /** Where sessions are kept; without it there are none. */
  readonly sessions?: SessionsQueries;
  readonly now?: () => number;
}

/** Which keys there are, fresh to less than a second. */
export class KeyDirectory implements KeyStore {
  private readonly keys: Cached<ApiKey | undefined>;
  private readonly any: Cached<boolean>;
  private readonly origins: Cached<ReadonlySet<string>>;
  private readonly sessions: Cached<string | undefined>;

  private readonly adminKeyHash: string | undefined;
  private readonly sessionRows: SessionsQueries | undefined;

  constructor(
    private readonly queries: ApiKeysQueries,
    { adminKey, now = Date.now, ...given }: DirectoryOptions = {},
  ) {
    this.adminKeyHash = adminKey === undefined ? undefined : hashOfKey(adminKey);
    const options = { maxAgeMs: MAX_AGE_MS, maxAgeInTroubleMs: MAX_AGE_IN_TROUBLE_MS, maxEntries: 10_000, now };
    this.keys = new Cached((hash) => this.load(hash, now()), options);
    this.any = new Cached(() => queries.hasAny(), options);
    this.origins = new Cached(() => queries.origins(), options);
    this.sessionRows = given.sessions;
    this.sessions = new Cached((hash) => this.sessionRows?.keyHashOf(hash) ?? Promise.resolve(undefined), options);
  }

  /** The key this secret opens; `undefined` for unknown and revoked ones. */
  find(secret: string): MaybeLater<ApiKey | undefined> {
    // Hashes are compared, so the time it takes tells nothing about the key.
    const hash = hashOfKey(secret);
    if (hash === this.adminKeyHash) return CONFIGURED_ADMIN;
    if (hash === OWN_HASH) return OWN;
    return isKeySecret(secret) ? this.keys.get(hash) : undefined;
  }

  /** The key that a session was opened with; `undefined` once one of them is gone. */
  async findSession(token: string): Promise<ApiKey | undefined> {
    const keyHash = await this.sessions.get(hashOfKey(token));
    if (keyHash === undefined) return undefined;
    return keyHash === this.adminKeyHash ? CONFIGURED_ADMIN : this.keys.get(keyHash);
  }

  /** A new session of a key that was found to be good; answers its token, which is not stored. */
  async openSession(secret: string, lifeSeconds: number): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.sessionRows?.open(hashOfKey(token), hashOfKey(secret), lifeSeconds);
    return token;
  }

  async endSession(token: string): Promise<void> {
    await this.sessionRows?.end(hashOfKey(token));
    this.sessions.clear();
  }

  /** Whether a key was ever made; without any, the system serves its own machine only. */
  hasKeys(): MaybeLater<boolean> {
    return this.adminKeyHash === undefined ? this.any.get('') : true;
  }

  /** Every origin that some key is bound to: who may ask before sending (a preflight carries no key). */
  knownOrigins(): MaybeLater<ReadonlySet<string>> {
    return this.origins.get('');
  }

  /** Forget what is remembered, after a change made here. */
  clear(): void {
    this.keys.clear();
    this.any.clear();
    this.origins.clear();
    this.sessions.clear();
  }

  private async load(hash: string, now: number): Promise<ApiKey | undefined> {
    const key = await this.queries.find(hash);
    if (!key) return undefined;
    if (now - (key.last_used_at?.getTime() ?? 0) > TOUCH_EVERY_MS) await this.queries.touch(key.id);
    return { id: key.id, scopes: key.scopes, origins: key.origins, rateLimitPerMinute: key.events_per_minute };
  }
}
