import { EVENT_TYPES, topicOf } from '@picly/contracts';
import { LogTruncatedError, type EventLog, type LogPosition, type LogRecord } from '@picly/event-log';

const READ_RECORDS = 5_000;
const WAIT_MS = 500;
const MARK = Buffer.from('"sealed":"');
const KIND_CHARS = 2;
const REF_CHARS = 36;

/** The pseudonym an encoded event is sealed for, without decoding it. The sealed part stands last in a body. */
export function sealedRefOf(value: Buffer): string | undefined {
  const at = value.lastIndexOf(MARK);
  if (at < 0) return undefined;
  const from = at + MARK.length + KIND_CHARS;
  return value.toString('latin1', from, from + REF_CHARS);
}

export interface ScanOptions {
  /** The end of each partition (`<topic>/<partition>`) that is of interest; default: all that is in the log now. */
  readonly until?: ReadonlyMap<string, number>;
  /** Sees the records of a reading, in order per partition. */
  readonly visit: (records: readonly LogRecord[]) => Promise<void>;
}

const placeOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string => `${topic}/${partition}`;

/** Reads all topics of the catalogue once, from what is kept of them to their end. */
export async function scanLog(log: EventLog, { until, visit }: ScanOptions): Promise<void> {
  const ends = new Map<string, number>();
  let from: LogPosition[] = [];
  const begin = async (): Promise<void> => {
    const bounds = await log.bounds(EVENT_TYPES.map(topicOf));
    const known = new Map(from.map((position) => [placeOf(position), position.offset]));
    from = bounds.flatMap((bound) => {
      const place = placeOf(bound);
      if (!ends.has(place)) ends.set(place, Math.min(bound.end, until ? (until.get(place) ?? 0) : bound.end));
      const offset = Math.max(bound.start, known.size === 0 ? 0 : (known.get(place) ?? Infinity));
      return offset < (ends.get(place) ?? 0) ? [{ topic: bound.topic, partition: bound.partition, offset }] : [];
    });
  };
  await begin();
  while (from.length > 0) {
    try {
      const batches = await log.read({ from, maxRecords: READ_RECORDS, maxWaitMs: WAIT_MS });
      await visit(batches.flatMap((batch) => batch.records.filter((record) => record.offset < (ends.get(placeOf(record)) ?? 0))));
      const next = new Map(batches.flatMap(({ records }) => records.slice(-1)).map((record) => [placeOf(record), record.offset + 1]));
      from = from
        .map((position) => ({ ...position, offset: next.get(placeOf(position)) ?? position.offset }))
        .filter((position) => position.offset < (ends.get(placeOf(position)) ?? 0));
    } catch (error) {
      if (!(error instanceof LogTruncatedError)) throw error;
      await begin();
    }
  }
}
