import { EVENT_TYPES, topicOf } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import { LogTruncatedError, type EventLog, type LogPosition, type LogRecord } from '@picly/event-log';
import { fixedCopies } from '@picly/projections';

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

const placeOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string => `${topic}/${partition}`;

/** Where a reading of the whole log stands. */
class Course {
  readonly ends = new Map<string, number>();
  from: LogPosition[] = [];
  private begun = false;

  constructor(
    private readonly log: EventLog,
    private readonly until: ReadonlyMap<string, number> | undefined,
  ) {}

  /** Begins, or goes on at what is left of a partition that was cut off meanwhile. */
  async locate(): Promise<void> {
    const bounds = await this.log.bounds(EVENT_TYPES.map(topicOf));
    const known = new Map(this.from.map((position) => [placeOf(position), position.offset]));
    this.from = bounds.flatMap(({ topic, partition, start, end }) => {
      const place = placeOf({ topic, partition });
      if (!this.begun) this.ends.set(place, this.until ? Math.min(end, this.until.get(place) ?? 0) : end);
      const offset = Math.max(start, this.begun ? (known.get(place) ?? Infinity) : start);
      return offset < this.endOf(place) ? [{ topic, partition, offset }] : [];
    });
    this.begun = true;
  }

  async next(): Promise<LogRecord[]> {
    const batches = await this.log.read({ from: this.from, maxRecords: READ_RECORDS, maxWaitMs: WAIT_MS });
    const reached = new Map(batches.flatMap(({ records }) => records.slice(-1)).map((record) => [placeOf(record), record.offset + 1]));
    this.from = this.from
      .map((position) => ({ ...position, offset: reached.get(placeOf(position)) ?? position.offset }))
      .filter((position) => position.offset < this.endOf(placeOf(position)));
    return batches.flatMap(({ records }) => records.filter((record) => record.offset < this.endOf(placeOf(record))));
  }

  private endOf(place: string): number {
    return this.ends.get(place) ?? 0;
  }
}

/** Reads all topics of the catalogue once, in order per partition, from what is kept of them to their end now, or to `until` (by `<topic>/<partition>`). */
export async function* readLog(log: EventLog, until?: ReadonlyMap<string, number>): AsyncGenerator<readonly LogRecord[]> {
  const course = new Course(log, until);
  await course.locate();
  while (course.from.length > 0) {
    try {
      yield await course.next();
    } catch (error) {
      if (!(error instanceof LogTruncatedError)) throw error;
      await course.locate();
    }
  }
}

/** The whole log, and behind it what stands in the place of some of its events. */
export async function* readAll({
  pool,
  log,
}: {
  readonly pool: DatabasePool;
  readonly log: EventLog;
}): AsyncGenerator<readonly LogRecord[]> {
  yield* readLog(log);
  yield (await fixedCopies(pool)).map(({ fixed }) => fixed);
}
