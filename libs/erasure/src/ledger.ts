import { inTransaction, type DatabasePool } from '@picly/database';

/** What a backup must carry so that its restoration brings nobody back: keyed hashes and pseudonyms, no names. */
export interface ErasureLedger {
  /** Hexadecimal; without it the hashes recognise nobody. */
  readonly secret: string;
  readonly hashes: readonly string[];
  readonly refs: readonly string[];
}

/** Of these pseudonyms those whose key is destroyed, and must not come back with a backup. */
export async function erasedAmong(pool: DatabasePool, refs: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await pool.query<{ ref: string }>('select ref from runtime.erased_refs where ref = any($1::uuid[])', [refs]);
  return new Set(rows.map(({ ref }) => ref));
}

export async function readLedger(pool: DatabasePool): Promise<ErasureLedger> {
  const [row] = await pool.query<ErasureLedger>(
    `select encode((select secret from runtime.erasure_secret), 'hex') as secret,
            array(select encode(hash, 'hex') from runtime.erased_subjects order by 1) as hashes,
            array(select ref::text from runtime.erased_refs order by 1) as refs`,
  );
  if (!row) throw new Error('runtime.erasure_secret has lost its row');
  return row;
}

/**
 * After a restore: makes the erasures of the ledger hold here too. Keys of erased persons that came with the backup are destroyed at
 * once; read models restored with them must be rebuilt from the log. The secret of the ledger replaces one under which nobody was
 * erased; otherwise both systems must have the same. Answers how many keys were destroyed.
 */
export async function applyLedger(pool: DatabasePool, ledger: ErasureLedger): Promise<number> {
  return inTransaction(pool, async (sql) => {
    const [own] = await sql.query<{ secret: string; used: boolean }>(
      `select encode(secret, 'hex') as secret, exists (select from runtime.erased_subjects) as used from runtime.erasure_secret for update`,
    );
    if (own?.secret !== ledger.secret && own?.used === true) throw new Error('the list of erased persons belongs to another system');
    await sql.query(`update runtime.erasure_secret set secret = decode($1, 'hex')`, [ledger.secret]);
    await sql.query(
      `insert into runtime.erased_subjects (hash) select decode(h, 'hex') from unnest($1::text[]) as h on conflict do nothing`,
      [ledger.hashes],
    );
    await sql.query('insert into runtime.erased_refs (ref) select ref from unnest($1::uuid[]) as ref on conflict do nothing', [
      ledger.refs,
    ]);
    const destroyed = await sql.query(
      `delete from runtime.person_keys k where exists (select from runtime.erased_refs e where e.ref = k.ref)
          or exists (select from runtime.erased_subjects s where s.hash = runtime.person_hash(k.subject)) returning 1`,
    );
    await sql.query('update runtime.person_keys_destroyed set times = times + 1');
    return destroyed.length;
  });
}
