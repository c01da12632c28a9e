import type { MaybeLater } from './maybe-later';

export const SCOPES = ['ingest:browser', 'ingest:server', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is known of a key that was presented. */
export interface ApiKey {
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** Origins a browser key may be used from. */
  readonly origins: readonly string[];
  /** Requests a minute; null = unlimited. */
  readonly rateLimitPerMinute: number | null;
}

/** Where keys are kept. The implementation caches, and answers at once what it remembers: both calls are made on every request. */
export interface KeyStore {
  /** Whether any key could be used now. */
  hasKeys(): MaybeLater<boolean>;
  /** The key with this secret, unless it is unknown or revoked. */
  find(secret: string): MaybeLater<ApiKey | undefined>;
  /** The key behind a session of a browser, unless the session ended or the key was revoked; without it there are no sessions. */
  findSession?(token: string): Promise<ApiKey | undefined>;
}

/** Who asks: a key, someone on this machine while there are no keys, or the gateway. */
export type Caller = { readonly kind: 'key'; readonly key: ApiKey } | { readonly kind: 'loopback' } | { readonly kind: 'gateway' };

/**
 * Whether the caller may do what needs the scope. Admin may do everything; a server key may send what a browser may; nobody
 * reads with a key that a browser holds, whatever else the key says.
 */
export function allows(caller: Caller, scope: Scope): boolean {
  if (caller.kind !== 'key') return true;
  const { scopes } = caller.key;
  if (scope === 'ingest:browser') return scopes.some((each) => each !== 'read');
  if (scopes.includes('ingest:browser')) return false;
  return scopes.includes(scope) || scopes.includes('admin');
}
