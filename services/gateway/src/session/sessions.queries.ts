import type { Sql } from '@picly/database';

const OPEN = `insert into runtime.sessions (hash, key_hash, expires_at) values ($1, $2, now() + make_interval(secs => $3))`;
const FIND = 'select key_hash from runtime.sessions where hash = $1 and expires_at > now()';
const END = 'delete from runtime.sessions where hash = $1';
const SWEEP = 'delete from runtime.sessions where expires_at < now()';

export class SessionsQueries {
  constructor(private readonly sql: Sql) {}

  /** Also forgets the sessions that are over. */
  async open(hash: string, keyHash: string, lifeSeconds: number): Promise<void> {
    await this.sql.query(SWEEP, []);
    await this.sql.query(OPEN, [hash, keyHash, lifeSeconds]);
  }

  /** The hash of the key behind a session, unless it is over. */
  async keyHashOf(hash: string): Promise<string | undefined> {
    const [row] = await this.sql.query<{ key_hash: string }>(FIND, [hash], 'sessions_find');
    return row?.key_hash;
  }

  async end(hash: string): Promise<void> {
    await this.sql.query(END, [hash]);
  }
}
