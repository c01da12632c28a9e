import { LogError } from '../errors';
import type { EventLog, LogPosition, LogRecord, TopicPartition } from '../port';
import { placeOf, recordsBetween } from './places';
import { RecordDigest, sameRecord } from './record-digest';

/** A stretch of a partition. */
export interface Stretch extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

/** What was found to be the same on both sides. */
export interface ComparedStretch extends Stretch {
  readonly records: number;
  /** SHA-256 of the records (see `RecordDigest`). */
  readonly digest: string;
}

const AT_ONCE = 4;

/** Reads the stretches on both sides, record by record. Throws `LogError` LOG_COPY_DIFFERS naming the first record that is another. */
export async function compareLogs(
  source: EventLog,
  target: EventLog,
  { stretches, onCompared }: { readonly stretches: readonly Stretch[]; readonly onCompared?: (records: number) => void },
): Promise<readonly ComparedStretch[]> {
  const compared: ComparedStretch[] = [];
  const waiting = [...stretches];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) compared.push(await compareOne(source, target, { ...next, onCompared }));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return compared.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

async function compareOne(
  source: EventLog,
  target: EventLog,
  stretch: Stretch & { readonly onCompared: ((records: number) => void) | undefined },
): Promise<ComparedStretch> {
  const { onCompared, ...place } = stretch;
  const digest = new RecordDigest();
  const others = new Walk(recordsBetween(target, place));
  for await (const records of recordsBetween(source, place)) {
    for (const record of records) {
      const other = await others.next();
      if (!other || !sameRecord(record, other)) throw different(record);
      digest.add(record);
    }
    onCompared?.(records.length);
  }
  return { ...place, records: digest.records, digest: digest.hex() };
}

/** Record by record through portions. */
class Walk {
  private portion: readonly LogRecord[] = [];
  private at = 0;

  constructor(private readonly portions: AsyncGenerator<readonly LogRecord[]>) {}

  async next(): Promise<LogRecord | undefined> {
    while (this.at >= this.portion.length) {
      const next = await this.portions.next();
      if (next.done === true) return undefined;
      this.portion = next.value;
      this.at = 0;
    }
    return this.portion[this.at++];
  }
}

const different = (position: LogPosition): LogError =>
  new LogError(
    'LOG_COPY_DIFFERS',
    false,
    `the copy differs from the log at ${placeOf(position)}, offset ${position.offset}: empty the target and begin again`,
  );
