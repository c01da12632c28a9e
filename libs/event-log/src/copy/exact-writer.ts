import { LogError } from '../errors';
import { partitionFor } from '../partitioner';
import type { AppendRecord, EventLog, LogPosition, LogRecord, PartitionBounds } from '../port';
import { patientBounds } from './patient-bounds';
import { placeOf } from './places';

export interface CopiedTopic {
  readonly name: string;
  readonly partitions: number;
}

const FILLERS = 5_000;
const DEADLINE_MS = 60_000;

/**
 * Writes records to exactly the offsets they have elsewhere, so that every position anybody has kept stays true. Goes on where an earlier
 * writer ended. A partition whose beginning was dropped by retention is filled up with empty records first, which are dropped again.
 */
export class ExactWriter {
  private readonly next = new Map<string, LogPosition>();

  private constructor(private readonly target: EventLog) {}

  /**
   * @param sources the bounds of the partitions that will be written
   * @throws LogError LOG_COPY_DIFFERS when the target has more than the source
   */
  static async open(target: EventLog, topics: readonly CopiedTopic[], sources: readonly PartitionBounds[]): Promise<ExactWriter> {
    await target.ensureTopics(topics.map(({ name, partitions }) => ({ name, partitions, retentionMs: null })));
    const writer = new ExactWriter(target);
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions]));
    const bounds = new Map(
      (
        await patientBounds(
          target,
          topics.map(({ name }) => name),
        )
      ).map((bound) => [placeOf(bound), bound]),
    );
    for (const source of sources) {
      const { start = 0, end = 0 } = bounds.get(placeOf(source)) ?? {};
      if (end > source.end)
        throw differs(`${placeOf(source)} ends at ${end} there and at ${source.end} here: somebody else has written to it`);
      if (end < source.start) await writer.fill(source, { end, partitions: counts.get(source.topic) ?? 1 });
      else if (start > source.start) throw differs(`${placeOf(source)} begins at ${start} there and at ${source.start} here`);
      writer.next.set(placeOf(source), { ...source, offset: Math.max(end, source.start) });
    }
    return writer;
  }

  /** Where each partition goes on. */
  positions(): readonly LogPosition[] {
    return [...this.next.values()].map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  /** Records of any partitions, consecutive in each. Throws `LogError` LOG_COPY_DIFFERS when one did not come where it belongs. */
  async write(records: readonly LogRecord[]): Promise<void> {
    for (const { topic, partition, offset } of records) {
      const place = placeOf({ topic, partition });
      if (this.next.get(place)?.offset !== offset)
        throw differs(`${place} would go on at ${offset} instead of ${this.next.get(place)?.offset}`);
      this.next.set(place, { topic, partition, offset: offset + 1 });
    }
    const written = await this.target.append(records.map(toAppend), { deadlineMs: DEADLINE_MS });
    const astray = records.find((record, n) => written[n]?.offset !== record.offset || written[n]?.partition !== record.partition);
    if (astray) throw differs(`${placeOf(astray)}: the record of ${astray.offset} came to another place; empty the target and begin again`);
  }

  private async fill(source: PartitionBounds, { end, partitions }: { readonly end: number; readonly partitions: number }): Promise<void> {
    const filler: AppendRecord = {
      topic: source.topic,
      key: keyFor(source.partition, partitions),
      value: Buffer.alloc(0),
      headers: {},
      timestamp: 0,
    };
    for (let offset = end; offset < source.start; offset += FILLERS) {
      const count = Math.min(FILLERS, source.start - offset);
      await this.target.append(
        Array.from({ length: count }, () => filler),
        { deadlineMs: DEADLINE_MS },
      );
    }
    await this.target.trim([{ topic: source.topic, partition: source.partition, offset: source.start }]);
  }
}

const toAppend = ({ topic, key, value, headers, timestamp }: LogRecord): AppendRecord => ({ topic, key, value, headers, timestamp });

/** Some key that belongs into the partition. */
function keyFor(partition: number, partitions: number): string {
  for (let n = 0; ; n++) if (partitionFor(`filler-${n}`, partitions) === partition) return `filler-${n}`;
}

const differs = (message: string): LogError => new LogError('LOG_COPY_DIFFERS', false, message);
