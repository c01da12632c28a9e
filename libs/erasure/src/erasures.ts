import { randomUUID } from 'node:crypto';
import { inTransaction, type DatabasePool, type Sql } from '@picly/database';
import { subjectName } from '@picly/personal-data';
import { UnknownPersonError } from './errors';
import type { ErasedPart, ErasureReceipt, ErasureState, TouchedRows } from './receipt';

export interface ErasureRequest {
  readonly userId: string;
  /** Also rewrite large tables that were touched and overwrite the write-ahead log: locks tables for the time it takes. */
  readonly scrub?: boolean;
}

interface Row {
  readonly id: string;
  readonly person: string;
  readonly state: ErasureState;
  readonly requested_at: Date;
  readonly finished_at: Date | null;
  readonly last_error: string | null;
  readonly receipt: Partial<Pick<ErasureReceipt, 'subjects' | 'keys_destroyed' | 'events' | 'dead_letters' | 'storage'>>;
  readonly parts: readonly (Omit<ErasedPart, 'tables'> & { readonly touched: Readonly<Record<string, TouchedRows>> })[];
}

const SELECT = `
  select e.id, left(e.person, 32) as person, e.state, e.requested_at, e.finished_at, e.last_error, e.receipt,
         coalesce((select json_agg(json_build_object('projection', p.projection, 'version', p.version, 'outcome', p.outcome,
                     'events', p.events, 'touched', p.touched) order by p.projection, p.version)
                     from runtime.erasure_parts p where p.erasure = e.id), '[]') as parts
    from runtime.erasures e`;

function receiptOf({ receipt, parts, requested_at, finished_at, ...row }: Row): ErasureReceipt {
  return {
    ...row,
    requested_at: requested_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
    subjects: receipt.subjects ?? { users: 0, visits: 0, generations: 0 },
    keys_destroyed: receipt.keys_destroyed ?? 0,
    events: receipt.events ?? 0,
    dead_letters: receipt.dead_letters ?? 0,
    projections: parts.map(({ touched, ...part }) => ({ ...part, tables: touched })),
    storage: receipt.storage ?? null,
  };
}

interface Known {
  readonly person: string;
  readonly has_key: boolean;
  readonly erased_at: Date | null;
}

async function look(sql: Sql, name: string): Promise<Known> {
  const [row] = await sql.query<Known>(
    `select encode(h.hash, 'hex') as person, exists (select from runtime.person_keys where subject = $1) as has_key,
            (select erased_at from runtime.erased_subjects where hash = h.hash) as erased_at
       from runtime.person_hash($1) as h(hash)`,
    [name],
  );
  if (!row) throw new Error('runtime.person_hash does not answer');
  return row;
}

/** Asking for erasures, and their receipts. */
export class Erasures {
  constructor(private readonly pool: DatabasePool) {}

  /**
   * Notes that a person is to be erased, from which moment no event of theirs is taken any more; an `Eraser` does the rest. Asked
   * again while it is under way it answers the same erasure. Throws `UnknownPersonError`; then nothing has changed.
   */
  async request({ userId, scrub = false }: ErasureRequest): Promise<ErasureReceipt> {
    const name = subjectName({ kind: 'user', id: userId });
    const id = await inTransaction(this.pool, async (sql) => {
      // One request at a time for one person.
      await sql.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', ['picly.erase', name]);
      const known = await look(sql, name);
      const [open] = await sql.query<{ id: string }>('select id from runtime.erasures where person = $1 and finished_at is null', [
        known.person,
      ]);
      if (open) return open.id;
      if (!known.has_key) throw await this.unknown(sql, known);
      return this.note(sql, { name, person: known.person, scrub });
    });
    const receipt = await this.get(id);
    if (!receipt) throw new Error('an erasure has no receipt');
    return receipt;
  }

  /** The receipt of an erasure, finished or under way. */
  async get(id: string): Promise<ErasureReceipt | undefined> {
    const [row] = await this.pool.query<Row>(`${SELECT} where e.id = $1`, [id]);
    return row && receiptOf(row);
  }

  /** The latest first; `after` is the id of the last one seen. */
  async list(limit: number, after?: string): Promise<ErasureReceipt[]> {
    const rows = await this.pool.query<Row>(
      `${SELECT} where $2::uuid is null or (e.requested_at, e.id) < (select requested_at, id from runtime.erasures where id = $2)
       order by e.requested_at desc, e.id desc limit $1`,
      [limit, after ?? null],
    );
    return rows.map(receiptOf);
  }

  private async note(sql: Sql, { name, person, scrub }: { name: string; person: string; scrub: boolean }): Promise<string> {
    const id = randomUUID();
    await sql.query('insert into runtime.erasures (id, person, scrub) values ($1, $2, $3)', [id, person, scrub]);
    await sql.query('insert into runtime.erasure_names (erasure, name) values ($1, $2)', [id, name]);
    await sql.query('insert into runtime.erased_subjects (hash) values (runtime.person_hash($1)) on conflict do nothing', [name]);
    await sql.query('update runtime.person_keys_destroyed set times = times + 1');
    return id;
  }

  private async unknown(sql: Sql, { person, erased_at: erasedAt }: Known): Promise<UnknownPersonError> {
    if (!erasedAt) return new UnknownPersonError('Nothing is known of a person with this id: nothing was erased.');
    const [before] = await sql.query<{ id: string }>(
      'select id from runtime.erasures where person = $1 order by requested_at desc limit 1',
      [person],
    );
    const receipt = before ? `, receipt ${before.id}` : '';
    return new UnknownPersonError(
      `This person was erased on ${erasedAt.toISOString().slice(0, 10)}${receipt}; nothing is known of them since.`,
    );
  }
}
