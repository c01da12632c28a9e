import { raterOf, type DecodedEvent } from '@picly/contracts';
import { inTransaction, type DatabasePool, type Transaction } from '@picly/database';
import type { LogRecord } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import {
  decodeRecords,
  eraseEvents,
  foldSettings,
  schemaOf,
  StaleKeysError,
  withDecisions,
  type ErasedEvent,
  type Projection,
} from '@picly/projections';
import type { TouchedRows } from './receipt';

const PAGE_RECORDS = 2_000;

interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  readonly record_timestamp_ms: number;
}

/** What this version has folded of the listed events: below its fence, and not put aside. */
const PAGE = `
  select r.topic, r.partition, r."offset", r.key, r.headers, r.value, r.record_timestamp_ms
    from runtime.erasure_records r
    join runtime.erasure_fences f on f.erasure = r.erasure and f.topic = r.topic and f.partition = r.partition
   where r.erasure = $1 and f.projection = $2 and f.version = $3 and r."offset" < f.next_offset
     and (r.topic, r.partition, r."offset") > ($4, $5, $6)
     and not exists (
       select from runtime.erasure_parked d where d.erasure = $1 and d.projection = $2 and d.version = $3
          and d.topic = r.topic and d.partition = r.partition and d."offset" = r."offset")
   order by r.topic, r.partition, r."offset" limit ${PAGE_RECORDS}`;

const recordOf = (row: StoredRecord): LogRecord => ({ ...row, timestamp: row.record_timestamp_ms });

/** The listed events that are the person's were sealed with keys that are destroyed, whatever a cache remembers. */
const NO_KEYS: KeyReader = { asOf: async () => 0, byRef: async () => new Map() };

export interface CleanDeps {
  readonly pool: DatabasePool;
  readonly keys: KeyReader;
}

/** Who the destroyed keys belonged to. */
async function namesOf(sql: Transaction, erasure: string): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ ref: string; name: string }>(
    'select ref, name from runtime.erasure_names where erasure = $1 and ref is not null',
    [erasure],
  );
  return new Map(rows.map(({ ref, name }) => [ref, name]));
}

/** As `raterOf` named them before; generations have no rater of their own. */
const raterBefore = (name: string | undefined): string | undefined => (name?.startsWith('generation:') ? undefined : name);

class Cleaning {
  private readonly seen = new Set<string>();
  events = 0;

  constructor(
    private readonly sql: Transaction,
    private readonly projection: Projection,
    private readonly keys: KeyReader,
    private readonly names: ReadonlyMap<string, string>,
  ) {}

  async clean(records: readonly LogRecord[]): Promise<void> {
    const decoded = await withDecisions(this.sql, this.projection, await decodeRecords(records, NO_KEYS), this.keys);
    // What was mended may have become the person's by it, or somebody else's.
    const own = decoded.flatMap(({ event }) => (event?.subject && this.names.has(event.subject.ref) ? [event] : []));
    const folded = await this.folded(own);
    this.events += folded.length;
    await eraseEvents(
      this.sql,
      this.projection,
      folded.map((event): ErasedEvent => ({ event, rater: raterBefore(this.names.get(event.subject?.ref ?? '')) ?? raterOf(event) })),
    );
  }

  /** Of events that came twice the first; none that was discarded. */
  private async folded(events: readonly DecodedEvent[]): Promise<DecodedEvent[]> {
    const fresh = events.filter(({ id }) => !this.seen.has(id) && this.seen.add(id));
    const rows = await this.sql.query<{ event_id: string }>('select event_id from processed_events where event_id = any($1::uuid[])', [
      fresh.map(({ id }) => id),
    ]);
    const known = new Set(rows.map((row) => row.event_id));
    return fresh.filter(({ id }) => known.has(id));
  }
}

async function touchedRows(sql: Transaction, schema: string): Promise<Record<string, TouchedRows>> {
  const rows = await sql.query<TouchedRows & { readonly name: string }>(
    `select relname as name, n_tup_ins as inserted, n_tup_upd as updated, n_tup_del as deleted from pg_stat_xact_user_tables
      where schemaname = $1 and n_tup_ins + n_tup_upd + n_tup_del > 0 order by relname`,
    [schema],
  );
  return Object.fromEntries(rows.map(({ name, ...touched }) => [name, touched]));
}

/**
 * Brings one version to what a fold of the log without the destroyed keys would make of it: all in one transaction that holds the
 * version's positions, so that nothing else is folded meanwhile. Does nothing when it was done before.
 */
export async function cleanVersion({ pool, keys }: CleanDeps, projection: Projection, erasure: string): Promise<void> {
  const { name, version } = projection;
  await inTransaction(
    pool,
    async (sql) => {
      await sql.query('select from runtime.checkpoints where projection = $1 and version = $2 order by topic, partition for update', [
        name,
        version,
      ]);
      const [part] = await sql.query<{ keys_as_of: number }>(
        `select e.keys_as_of from runtime.erasure_parts p join runtime.erasures e on e.id = p.erasure
          where p.erasure = $1 and p.projection = $2 and p.version = $3 and p.outcome is null for update of p`,
        [erasure, name, version],
      );
      if (!part) return;
      // Copies that an operator fixed may be of other people, and are read with their keys.
      if ((await keys.asOf()) < part.keys_as_of) throw new StaleKeysError(name);
      const cleaning = new Cleaning(sql, projection, keys, await namesOf(sql, erasure));
      let after: readonly [string, number, number] = ['', 0, -1];
      for (;;) {
        const page = (await sql.query<StoredRecord>(PAGE, [erasure, name, version, ...after])).map(recordOf);
        await cleaning.clean(page);
        const last = page.at(-1);
        if (!last || page.length < PAGE_RECORDS) break;
        after = [last.topic, last.partition, last.offset];
      }
      const touched = await touchedRows(sql, schemaOf(projection));
      await sql.query(
        `update runtime.erasure_parts set outcome = $4, events = $5, touched = $6 where erasure = $1 and projection = $2 and version = $3`,
        [
          erasure,
          name,
          version,
          cleaning.events > 0 && projection.unfold ? 'refolded' : 'untouched',
          cleaning.events,
          JSON.stringify(touched),
        ],
      );
    },
    { settings: { ...foldSettings(projection), synchronous_commit: 'on' } },
  );
}
