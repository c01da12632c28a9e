import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../problem/problem-error';
import { isLoopback, isLoopbackHost, isLoopbackOrigin } from './loopback';
import type { ApiKey, Caller, KeyStore } from './key-store';
import { whenKnown, type MaybeLater } from './maybe-later';
import { sessionTokenOf } from './session-cookie';

export const INTERNAL_HEADER = 'x-picly-internal';
const BEARER = /^Bearer +([A-Za-z0-9_.~+/=-]{1,512})$/i;

/** The parts of a request that say who asks. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
  /** A key that came otherwise than in the header (beacons cannot set one). */
  readonly key?: string;
  /** Decides, for sessions, whether a plain page request is enough; absent counts as one that changes something. */
  readonly method?: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

function secretOf({ headers, key }: Credentials): string | undefined {
  if (headers.authorization === undefined) return key;
  const secret = BEARER.exec(headers.authorization)?.[1];
  if (secret === undefined) throw unauthenticated('send the key as Authorization: Bearer <key>');
  return secret;
}

function unauthenticated(detail: string): ProblemError {
  return new ProblemError('unauthenticated', { detail, headers: { 'www-authenticate': 'Bearer realm="picly"' } });
}

/**
 * Tells who asks, in one of three ways: by key (the public door, once a key exists), by the shared secret of the gateway
 * (services behind it), or by being on this machine (nothing configured yet).
 */
export class Authenticator {
  private keys: KeyStore | undefined;

  constructor(private readonly internalToken: string | undefined) {}

  /** Makes this process the public door: from now on callers are told apart by the keys of the store. */
  useKeys(keys: KeyStore): void {
    this.keys = keys;
  }

  /** Whether only this machine may ask now, as there is nothing to tell callers apart by. */
  async isLoopbackOnly(): Promise<boolean> {
    return this.keys ? !(await this.keys.hasKeys()) : this.internalToken === undefined;
  }

  /** Whether there is a key store: this is the public door. */
  get isPublicDoor(): boolean {
    return this.keys !== undefined;
  }

  /** Throws `unauthenticated` or `forbidden`, at once or later. */
  authenticate(credentials: Credentials): MaybeLater<Caller> {
    const { keys, internalToken } = this;
    if (keys) return whenKnown(keys.hasKeys(), (has) => (has ? this.byKey(keys, credentials) : this.byMachine(credentials)));
    return internalToken === undefined ? this.byMachine(credentials) : this.byToken(internalToken, credentials);
  }

  private byKey(keys: KeyStore, credentials: Credentials): MaybeLater<Caller> {
    const secret = secretOf(credentials);
    if (secret === undefined) return this.bySession(keys, credentials).then((key): Caller => ({ kind: 'key', key }));
    return whenKnown(keys.find(secret), (key): Caller => {
      if (!key) throw unauthenticated('the key is unknown or revoked');
      return { kind: 'key', key };
    });
  }

  private async bySession(keys: KeyStore, credentials: Credentials): Promise<ApiKey> {
    const token = sessionTokenOf(credentials.headers, credentials.method);
    if (token === undefined) throw unauthenticated('send a key as Authorization: Bearer <key>');
    const key = await keys.findSession?.(token);
    if (!key) throw unauthenticated('the session has ended: log in again');
    return key;
  }

  private byToken(token: string, { headers }: Credentials): Caller {
    const given = headers[INTERNAL_HEADER];
    if (typeof given === 'string' && same(given, token)) return { kind: 'gateway' };
    throw unauthenticated('this service answers only its gateway');
  }

  private byMachine({ headers, remoteAddress }: Credentials): Caller {
    // A page from elsewhere runs on this machine as well: it must get in neither by its own origin nor by a name of its
    // own that it points here.
    if (!isLoopback(remoteAddress) || !isLoopbackHost(headers.host)) {
      throw new ProblemError('forbidden', { detail: 'without any key only this machine may ask: make a key first' });
    }
    if (headers.origin !== undefined && !isLoopbackOrigin(headers.origin)) {
      throw new ProblemError('origin_not_allowed', { detail: 'without any key only pages of this machine may ask: make a key first' });
    }
    return { kind: 'loopback' };
  }
}
