import { setImmediate as breath } from 'node:timers/promises';
import { decodeEvent, EnvelopeError, topicOf, type DecodedEvent, type SealedEvent, type Subject } from '@picly/contracts';
import type { LogBatch, LogRecord } from '@picly/event-log';
import { readSealed, unseal, type KeyReader, type PersonKey, type SealedBox } from '@picly/personal-data';
import { kindOf, poisonOf, type Poison } from './failure';

/** A record with what it says, or why it says nothing: exactly one of `event` and `poison`. */
export interface ReadRecord {
  readonly record: LogRecord;
  readonly event: DecodedEvent | undefined;
  readonly poison: Poison | undefined;
}

/** A batch of the log, decoded once for all projections. */
export interface DecodedBatch extends Omit<LogBatch, 'records'> {
  readonly records: readonly ReadRecord[];
  /** How many destructions of keys were known when it was decoded (see `moveCheckpoints`). */
  readonly keysAsOf: number;
}

type Opened = { readonly event: SealedEvent; readonly box: SealedBox | undefined } | { readonly poison: Poison };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Decodes, upcasts and unseals, with one question for the keys of all batches. What cannot be read is poison, not an error. */
export async function decodeBatches(batches: readonly LogBatch[], keys: KeyReader): Promise<DecodedBatch[]> {
  const refs = new Set<string>();
  const opened: Opened[][] = [];
  for (const { records } of batches) opened.push(await inPieces(records, (record) => openRecord(record, refs)));
  const keysAsOf = await keys.asOf();
  const found = await keys.byRef([...refs]);
  const decoded: DecodedBatch[] = [];
  for (const [i, batch] of batches.entries()) {
    decoded.push({
      topic: batch.topic,
      partition: batch.partition,
      end: batch.end,
      isStale: () => batch.isStale(),
      keysAsOf,
      records: await inPieces(batch.records, (record, j) => readRecord(record, opened[i]?.[j], found)),
    });
  }
  return decoded;
}

/** Records are read so many at a time: meanwhile the transaction under way gets its answers, and the database its next statement. */
const PIECE = 100;

async function inPieces<T>(records: readonly LogRecord[], read: (record: LogRecord, index: number) => T): Promise<T[]> {
  const results: T[] = [];
  for (let begin = 0; begin < records.length; begin += PIECE) {
    if (begin > 0) await breath();
    for (const record of records.slice(begin, begin + PIECE)) results.push(read(record, results.length));
  }
  return results;
}

/** The same for records of any partitions, in the order given. */
export async function decodeRecords(records: readonly LogRecord[], keys: KeyReader): Promise<readonly ReadRecord[]> {
  if (records.length === 0) return [];
  const [batch] = await decodeBatches([{ topic: '', partition: 0, end: 0, records, isStale: () => false }], keys);
  return batch?.records ?? [];
}

function openRecord(record: LogRecord, refs: Set<string>): Opened {
  try {
    const event = decodeEvent(record);
    if (!UUID.test(event.id)) throw new EnvelopeError('ENVELOPE_INVALID', 'header ce_id is not a UUID');
    if (topicOf(event.type) !== record.topic) throw new EnvelopeError('ENVELOPE_INVALID', `${event.type} does not belong into this topic`);
    const box = event.sealed === undefined ? undefined : readSealed(event.sealed);
    if (box) refs.add(box.ref);
    return { event, box };
  } catch (error) {
    return { poison: poisonIn(error) };
  }
}

function readRecord(record: LogRecord, opened: Opened | undefined, keys: ReadonlyMap<string, PersonKey>): ReadRecord {
  if (!opened || 'poison' in opened) return { record, event: undefined, poison: opened?.poison };
  try {
    return { record, event: decodedOf(record, opened.event, opened.box && openBox(opened.box, opened.event.id, keys)), poison: undefined };
  } catch (error) {
    return { record, event: undefined, poison: poisonIn(error) };
  }
}

interface Personal {
  readonly fields: Record<string, unknown>;
  readonly subject: Subject;
}

function openBox(box: SealedBox, id: string, keys: ReadonlyMap<string, PersonKey>): Personal {
  const key = keys.get(box.ref);
  const subject = { kind: box.kind, ref: box.ref, erased: key === undefined };
  return { fields: key ? unseal(box, id, key) : {}, subject };
}

type Draft = Pick<DecodedEvent, 'id' | 'type' | 'occurredAt' | 'receivedAt' | 'position'> & {
  readonly data: object;
  subject?: Subject;
  happenedAt?: number;
  sentAt?: number;
  fingerprint?: string;
};

/** Written out: spreading the optional parts costs more than the rest of it. */
function decodedOf(record: LogRecord, event: SealedEvent, personal: Personal | undefined): DecodedEvent {
  const decoded: Draft = {
    // Postgres compares UUIDs as values: so do we.
    id: event.id.toLowerCase(),
    type: event.type,
    data: personal ? Object.assign(personal.fields, event.data) : event.data,
    occurredAt: event.occurredAt,
    receivedAt: event.receivedAt,
    position: { topic: record.topic, partition: record.partition, offset: record.offset },
  };
  if (personal) decoded.subject = personal.subject;
  if (event.happenedAt !== undefined) decoded.happenedAt = event.happenedAt;
  if (event.sentAt !== undefined) decoded.sentAt = event.sentAt;
  if (event.fingerprint !== undefined) decoded.fingerprint = event.fingerprint;
  return decoded as DecodedEvent;
}

/** An upcast may fail in its own way: that too is the record's fault. */
function poisonIn(error: unknown): Poison {
  if (kindOf(error) !== 'poison') return { code: 'UPCAST_FAILED', message: 'the event could not be brought to the current version' };
  return poisonOf(error);
}
