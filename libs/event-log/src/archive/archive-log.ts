import type { EventLog, LogRecord, PartitionBounds } from '../port';
import { ExactWriter, type CopiedTopic } from '../copy/exact-writer';
import { patientBounds } from '../copy/patient-bounds';
import { placeOf, recordsBetween } from '../copy/places';
import { RecordDigest, sameRecord } from '../copy/record-digest';
import { LogError } from '../errors';
import { BlockWriter, invalid, readBlocks, type Block } from './frames';
import { decodeRun, encodeRun } from './records-block';

export interface ArchiveHeader {
  readonly format: 'picly-log';
  readonly created_at: string;
  readonly topics: readonly CopiedTopic[];
  readonly bounds: readonly PartitionBounds[];
}

export interface ArchivedPartition extends PartitionBounds {
  /** SHA-256 of its records. */
  readonly digest: string;
}

export type ArchiveProgress = (done: number, total: number) => void;

export interface WriteOptions {
  readonly log: EventLog;
  readonly topics: readonly CopiedTopic[];
  /** RFC 3339. */
  readonly createdAt: string;
  /** What is written beside the records, as JSON. */
  readonly decisions: readonly object[];
  readonly onProgress?: ArchiveProgress;
}

/** Writes the whole log, as it is at this moment, to a file. Events that come meanwhile are not in it. Fails when the file exists. */
export async function writeArchive(path: string, options: WriteOptions): Promise<readonly ArchivedPartition[]> {
  const { log, topics, decisions, createdAt, onProgress } = options;
  const bounds = await log.bounds(topics.map(({ name }) => name));
  const total = bounds.reduce((sum, { start, end }) => sum + end - start, 0);
  const writer = await BlockWriter.create(path, 0o600);
  try {
    const header: ArchiveHeader = { format: 'picly-log', created_at: createdAt, topics, bounds };
    await writer.write('H', Buffer.from(JSON.stringify(header), 'utf8'));
    let done = 0;
    const partitions: ArchivedPartition[] = [];
    for (const bound of bounds) {
      const digest = new RecordDigest();
      for await (const records of recordsBetween(log, { ...bound, from: bound.start, to: bound.end })) {
        for (const record of records) digest.add(record);
        await writer.write('R', encodeRun(records));
        onProgress?.((done += records.length), total);
      }
      partitions.push({ ...bound, digest: digest.hex() });
    }
    await writer.write('D', Buffer.from(JSON.stringify(decisions), 'utf8'));
    await writer.end({ partitions });
    return partitions;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export interface CheckedArchive {
  readonly header: ArchiveHeader;
  readonly decisions: readonly object[];
  readonly partitions: readonly ArchivedPartition[];
  readonly records: number;
}

const json = <T>(block: Block): T => JSON.parse(block.payload.toString('utf8')) as T;

/** Reads a whole archive and checks every block, every partition and the whole. Throws `LogError` LOG_ARCHIVE_INVALID. */
export async function checkArchive(path: string, onProgress?: ArchiveProgress): Promise<CheckedArchive> {
  const reading = new Reading(path);
  for await (const block of readBlocks(path)) {
    reading.take(block);
    if (block.kind === 'R') onProgress?.(reading.records, reading.total);
  }
  return reading.checked();
}

/** What is known of an archive while its blocks come by. */
class Reading {
  records = 0;
  private header: ArchiveHeader | undefined;
  private decisions: readonly object[] = [];
  private partitions: readonly ArchivedPartition[] = [];
  private readonly digests = new Map<string, RecordDigest>();

  constructor(private readonly path: string) {}

  get total(): number {
    return this.header ? totalOf(this.header) : 0;
  }

  take(block: Block): void {
    if (block.kind === 'H') this.header = json<ArchiveHeader>(block);
    if (this.header?.format !== 'picly-log') throw invalid(this.path, 'it is no archive of a log');
    if (block.kind === 'D') this.decisions = json(block);
    if (block.kind === 'Z') this.partitions = json<{ partitions: readonly ArchivedPartition[] }>(block).partitions;
    if (block.kind === 'R') this.count(block);
  }

  checked(): CheckedArchive {
    const { header, decisions, partitions, records, path } = this;
    if (!header) throw invalid(path, 'its header is missing');
    const wrong = partitions.find((each) => (this.digests.get(placeOf(each)) ?? new RecordDigest()).hex() !== each.digest);
    if (wrong) throw invalid(path, `the records of ${placeOf(wrong)} are not those that were written`);
    return { header, decisions, partitions, records };
  }

  private count({ payload }: Block): void {
    for (const record of decodeRun(payload)) {
      const digest = this.digests.get(placeOf(record)) ?? new RecordDigest();
      this.digests.set(placeOf(record), digest);
      digest.add(record);
      this.records += 1;
    }
  }
}

const totalOf = ({ bounds }: ArchiveHeader): number => bounds.reduce((sum, { start, end }) => sum + end - start, 0);

/**
 * Writes the records of an archive that was checked into an empty log, at the offsets they had; goes on where it was stopped before. What is
 * in the log already must be the beginning of the archive: throws `LogError` LOG_NOT_EMPTY before anything is written when it is not.
 */
export async function restoreArchive(
  path: string,
  { target, checked, onProgress }: { readonly target: EventLog; readonly checked: CheckedArchive; readonly onProgress?: ArchiveProgress },
): Promise<void> {
  const { header } = checked;
  await refuseOtherRecords(path, target, header);
  const writer = await ExactWriter.open(target, header.topics, header.bounds);
  const positions = new Map(writer.positions().map((position) => [placeOf(position), position.offset]));
  let done = 0;
  for await (const block of readBlocks(path)) {
    if (block.kind !== 'R') continue;
    const run = decodeRun(block.payload);
    const missing = run.filter((record) => record.offset >= (positions.get(placeOf(record)) ?? 0));
    if (missing.length > 0) await writer.write(missing);
    onProgress?.((done += run.length), checked.records);
  }
  for (const partition of checked.partitions) await compareRestored(target, partition);
}

async function compareRestored(target: EventLog, { digest, ...bound }: ArchivedPartition): Promise<void> {
  const found = new RecordDigest();
  for await (const records of recordsBetween(target, { ...bound, from: bound.start, to: bound.end }))
    for (const record of records) found.add(record);
  if (found.hex() !== digest)
    throw new LogError('LOG_COPY_DIFFERS', false, `${placeOf(bound)} was not restored as it was: empty the system and begin again`);
}

/** A system that has lived already is none to restore into: throws `LogError` LOG_NOT_EMPTY unless its log is the beginning of the archive. */
export async function refuseOtherRecords(path: string, target: EventLog, header: ArchiveHeader): Promise<void> {
  await target.ensureTopics(header.topics.map(({ name, partitions }) => ({ name, partitions, retentionMs: null })));
  const found = await patientBounds(
    target,
    header.topics.map(({ name }) => name),
  );
  const bounds = new Map(found.map((bound) => [placeOf(bound), bound]));
  if ([...bounds.values()].every(({ end }) => end === 0)) return;
  for await (const block of readBlocks(path)) {
    if (block.kind !== 'R') continue;
    const run = decodeRun(block.payload);
    const there = run[0] && bounds.get(placeOf(run[0]));
    if (there && !(await beginsWith(target, run, there.end))) throw notEmpty();
  }
  const over = header.bounds.some((bound) => (bounds.get(placeOf(bound))?.end ?? 0) > bound.end);
  if (over) throw notEmpty();
}

/** Whether the log has these records, as far as it goes. */
async function beginsWith(target: EventLog, run: readonly LogRecord[], end: number): Promise<boolean> {
  const [first] = run;
  if (!first || end <= first.offset) return true;
  const stretch = { topic: first.topic, partition: first.partition, from: first.offset, to: Math.min(end, first.offset + run.length) };
  for await (const records of recordsBetween(target, stretch)) {
    for (const record of records) {
      const own = run[record.offset - first.offset];
      if (!own || !sameRecord(record, own)) return false;
    }
  }
  return true;
}

const notEmpty = (): LogError =>
  new LogError('LOG_NOT_EMPTY', false, 'the log of this system has other events already: restore into a fresh one; nothing was changed');
