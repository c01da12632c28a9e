import { Inject, type FactoryProvider, type Type } from '@nestjs/common';
import type { Sql } from '@picly/database';

/** What can be injected into controllers and modules: `constructor(@Inject(SQL) sql: Sql)`. */
export const SQL = Symbol('picly:sql');
/** The `DatabasePool`, for transactions. */
export const POOL = Symbol('picly:pool');
/** The `EventLog`. */
export const EVENT_LOG = Symbol('picly:event-log');
/** The `ViewFreshness` of the projections. */
export const FRESHNESS = Symbol('picly:freshness');
/** The values of the service's configuration. */
export const CONFIG = Symbol('picly:config');
/** The `PersonKeys`. */
export const PERSON_KEYS = Symbol('picly:person-keys');
/** The pino `Logger`. */
export const LOGGER = Symbol('picly:logger');
/** Provided by the service that is the public door: its `KeyStore`. Provide it from a module, not from the platform. */
export const KEY_STORE = Symbol('picly:key-store');
/** The `Authenticator`, for routes outside Nest (see `authorize`). */
export const AUTHENTICATOR = Symbol('picly:authenticator');
/** The prom-client `Registry` of the process. */
export const METRICS = Symbol('picly:metrics');
/** The `ServiceState`: address once listening, draining. */
export const SERVICE_STATE = Symbol('picly:service-state');

export { Inject };

/** Makes a plain class `constructor(sql: Sql)` injectable. */
export function provideQueries<T extends object>(queries: new (sql: Sql) => T): FactoryProvider<T> {
  return { provide: queries as Type<T>, useFactory: (sql: Sql) => new queries(sql), inject: [SQL] };
}
