import { raterOf, type DecodedEvent } from '@picly/contracts';
import { createPool, inTransaction, type Sql } from '@picly/database';
import {
  digestTables,
  eraseEvents,
  foldEvents,
  installProjections,
  schemaOf,
  tableRows,
  type Projection,
  type TableDigest,
} from '@picly/projections';
import { erasedCopy } from './builders';
import { createTestDatabase } from './database';
import { scramble, seededRandom } from './scramble';

/** Given events, when folded, then rows: a projection in a database of its own. */
export interface ProjectionSpec {
  /** Queries see the projection's tables unqualified, and the published views as `picly.<name>`. */
  readonly sql: Sql;
  /** Folds the events in the order given, cut into this many batches (default 1). Answers how many were new. */
  fold(events: readonly DecodedEvent[], options?: { readonly batches?: number }): Promise<number>;
  /** The rows of a table in the order of its key, without the `except` columns. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  digest(): Promise<TableDigest[]>;
  /** Empties all tables. */
  clear(): Promise<void>;
  /**
   * Folds the events in the order given, again (nothing may change), then `runs` times (default 12) with duplicates, partitions
   * interleaved and batches cut at random, every other time by two instances at once: the tables must be the same.
   */
  expectOrderIndependent(events: readonly DecodedEvent[], options?: { readonly runs?: number; readonly seed?: number }): Promise<void>;
  /** Takes back the events of these subjects (by their `ref`) and folds them without their personal fields. */
  erase(events: readonly DecodedEvent[], refs: ReadonlySet<string>): Promise<void>;
  /**
   * For every subject of the events, and for all of them together: what erasing leaves must be what a fold of the events without
   * the personal fields of that subject makes. Also when events come in once more, erased, before the others are taken back.
   */
  expectErasable(events: readonly DecodedEvent[]): Promise<void>;
  close(): Promise<void>;
}

type Tables = Record<string, Record<string, unknown>[]>;

export async function openProjectionSpec(projection: Projection): Promise<ProjectionSpec> {
  const database = await createTestDatabase();
  await installProjections(database.url, [projection]);
  const schema = schemaOf(projection);
  const pool = createPool({ url: database.url, maxConnections: 4, searchPath: [schema, 'public'] });

  const fold = async (events: readonly DecodedEvent[], { batches = 1 }: { readonly batches?: number } = {}): Promise<number> => {
    const size = Math.max(1, Math.ceil(events.length / batches));
    let fresh = 0;
    for (let at = 0; at < events.length; at += size) fresh += await foldEvents(pool, projection, events.slice(at, at + size));
    return fresh;
  };
  const foldAll = async (batches: readonly (readonly DecodedEvent[])[]): Promise<void> => {
    for (const batch of batches) await foldEvents(pool, projection, batch);
  };
  const rows = async (name: string): Promise<Record<string, unknown>[]> => {
    const table = projection.tables.find((candidate) => candidate.name === name);
    if (!table) throw new Error(`${projection.name} has no table ${name}`);
    return tableRows(pool, schema, table);
  };
  const dump = async (): Promise<Tables> => {
    const tables: Tables = {};
    for (const { name } of projection.tables) tables[name] = await rows(name);
    return tables;
  };
  const clear = async (): Promise<void> => {
    const tables = await pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1 and tablename <> 'migrations'`,
      [schema],
    );
    await pool.query(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity`);
  };
  const expectOrderIndependent: ProjectionSpec['expectOrderIndependent'] = async (events, { runs = 12, seed = 1 } = {}) => {
    await clear();
    await fold(events);
    const expected = await dump();
    expect(await fold(events)).toBe(0);
    expect({ folded: 'twice', tables: await dump() }).toEqual({ folded: 'twice', tables: expected });
    for (let run = 0; run < runs; run++) {
      const random = seededRandom(seed * 1_000 + run);
      const instances = run % 2 === 0 ? [events] : [0, 1].map((odd) => events.filter((event) => event.position.partition % 2 === odd));
      const plans = instances.map((own) => scramble(own, random));
      await clear();
      await Promise.all(plans.map(foldAll));
      const folded = `run ${run} of seed ${seed} by ${instances.length} instance(s)`;
      expect({ folded, tables: await dump() }).toEqual({ folded, tables: expected });
    }
  };
  const erase: ProjectionSpec['erase'] = async (events, refs) => {
    const wanted = new Set<string>(projection.events);
    const own = events.filter((event) => wanted.has(event.type) && event.subject !== undefined && refs.has(event.subject.ref));
    const erased = own.map((event) => ({ event: erasedCopy(event), rater: raterOf(event) }));
    await inTransaction(pool, (sql) => eraseEvents(sql, projection, erased));
  };
  const expectErasable: ProjectionSpec['expectErasable'] = async (events) => {
    const refs = new Set(events.flatMap(({ subject }) => subject?.ref ?? []));
    for (const gone of [...[...refs].map((ref) => new Set([ref])), refs]) {
      const without = (event: DecodedEvent): DecodedEvent => (event.subject && gone.has(event.subject.ref) ? erasedCopy(event) : event);
      await clear();
      await fold(events.map(without));
      const expected = await dump();
      for (const late of [0, Math.ceil(events.length / 3)]) {
        const early = events.slice(0, events.length - late);
        await clear();
        await fold(early);
        await fold(events.slice(events.length - late).map(without));
        await erase(early, gone);
        const erased = `${[...gone].join(', ')} after ${late} late events`;
        expect({ erased, tables: await dump() }).toEqual({ erased, tables: expected });
      }
    }
  };
  return {
    sql: pool,
    fold,
    erase,
    expectErasable,
    rows,
    digest: () => digestTables(pool, schema, projection.tables),
    clear,
    expectOrderIndependent,
    close: async () => {
      await pool.close();
      await database.drop();
    },
  };
}
