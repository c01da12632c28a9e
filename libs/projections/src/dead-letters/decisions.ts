import type { Sql } from '@picly/database';
import type { LogPosition } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import { plainArray } from '../array-literals';
import { decodeRecords, type ReadRecord } from '../decode';
import { placeOf } from '../names';

/** What stands in the place of an event, or that nothing does. */
interface Decision {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly action: 'fix' | 'discard';
  readonly fixed_headers: Readonly<Record<string, string>> | null;
  readonly fixed_value: Buffer | null;
}

const DECISIONS = `
  select distinct on (h.topic, h.partition, h."offset") h.topic, h.partition, h."offset", h.action, h.fixed_headers, h.fixed_value
    from unnest($2::text[], $3::int[], $4::bigint[]) as g(topic, partition, off)
    join runtime.dead_letter_history h on h.projection = $1 and h.topic = g.topic and h.partition = g.partition and h."offset" = g.off
   where h.action <> 'replay'
   order by h.topic, h.partition, h."offset", h.id desc`;

const atOf = (position: LogPosition): string => `${placeOf(position)}/${position.offset}`;

/**
 * The records as they count for a projection: those that were fixed as they are since, those that were discarded left out. Every fold of
 * the log goes through here, of the version that parked them as of those that are built later, so that all of them agree.
 */
export async function withDecisions(
  sql: Sql,
  projection: { readonly name: string },
  records: readonly ReadRecord[],
  keys: KeyReader,
): Promise<readonly ReadRecord[]> {
  if (records.length === 0) return records;
  const places = records.map(({ record }) => record);
  const decisions = await sql.query<Decision>(
    DECISIONS,
    [
      projection.name,
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      plainArray(places.map(({ offset }) => offset)),
    ],
    'dead_letter_decisions',
  );
  if (decisions.length === 0) return records;
  const byPlace = new Map(decisions.map((decision) => [atOf(decision), decision]));
  return applied(records, byPlace, keys);
}

async function applied(
  records: readonly ReadRecord[],
  decisions: ReadonlyMap<string, Decision>,
  keys: KeyReader,
): Promise<readonly ReadRecord[]> {
  const fixed = records.flatMap(({ record }) => {
    const decision = decisions.get(atOf(record));
    if (!decision?.fixed_value) return [];
    return [{ ...record, headers: decision.fixed_headers ?? {}, value: decision.fixed_value }];
  });
  const decoded = new Map((await decodeRecords(fixed, keys)).map((one) => [atOf(one.record), one]));
  return records.flatMap((one) => {
    const decision = decisions.get(atOf(one.record));
    if (!decision) return [one];
    // The letter itself keeps the bytes that came; only what they say is replaced.
    const instead = decoded.get(atOf(one.record));
    return instead ? [{ ...instead, record: one.record }] : [];
  });
}
