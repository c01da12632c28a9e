import { stat } from 'node:fs/promises';
import path from 'node:path';
import { FurthestPosition, Lanes, sendBatch, type ApiError, type BatchEvent, type BatchTarget } from '@picly/api-client';
import type { InputFormat } from './mapping/input';
import type { Mapping, RowMapper } from './mapping/mapping';
import { RecentEvents } from './recent-events';
import { RejectsFile } from './rejects-file';
import type { ResumeState } from './resume-state';
import { openSource, type SourceRecord } from './source/records';
import { newTally, NOTHING, plus, type Counts, type Tally } from './tally';
import { Watermark, type Progressed } from './watermark';

export interface ImportOptions {
  readonly file: string;
  readonly mapping: Mapping;
  readonly format: InputFormat;
  /** Absent: every row is checked and nothing is sent. */
  readonly client: BatchTarget | undefined;
  readonly batchSize: number;
  readonly inFlight: number;
  readonly rejectsFile: string;
  readonly resume: ResumeState | undefined;
  /** Stop after the requests under way; the next run goes on there. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly bytes: number; readonly totalBytes: number; readonly tally: Tally }) => void;
  readonly onWait: (error: ApiError, waitMs: number) => void;
}

export interface ImportOutcome {
  readonly tally: Tally;
  /** The row behind which this run went on; 0 from the start. */
  readonly resumedAt: number;
  readonly stopped: boolean;
  /** Waiting for this position is waiting for everything this run sent; undefined when nothing was taken. */
  readonly position: string | undefined;
}

const BATCH_BYTES = 4_000_000;
const SAVE_EVERY_MS = 500;
const UNEXPLAINED = { pointer: '', code: 'rejected', message: 'the API rejected the event' };

interface Queued {
  readonly event: BatchEvent;
  readonly row: number;
}

/** Reads one file, maps its rows, sends the events in batches, and keeps account. Throws what makes going on pointless. */
export async function importFile(options: ImportOptions): Promise<ImportOutcome> {
  const before = (await options.resume?.load()) ?? { row: 0, counts: NOTHING };
  const run = new ImportRun(options, before, await RejectsFile.open(options.rejectsFile, before.row));
  try {
    await run.work();
  } finally {
    await run.close();
  }
  return { tally: run.tally, resumedAt: before.row, stopped: options.signal.aborted, position: run.furthest.token };
}

class ImportRun {
  readonly tally: Tally;
  readonly furthest = new FurthestPosition();
  private readonly lanes: Lanes;
  private readonly watermark: Watermark;
  private readonly recent = new RecentEvents();
  private queue: Queued[] = [];
  private queuedBytes = 0;
  private savedAt = 0;
  private completed = false;

  constructor(
    private readonly options: ImportOptions,
    private readonly before: Progressed,
    private readonly rejects: RejectsFile,
  ) {
    this.tally = newTally(before.counts);
    this.lanes = new Lanes(options.inFlight);
    this.watermark = new Watermark(before);
  }

  async work(): Promise<void> {
    const { file, mapping, format, signal, onProgress } = this.options;
    const totalBytes = (await stat(file)).size;
    const source = openSource(file, mapping.input, format);
    const map = mapping.forFile(path.basename(file));
    for await (const record of source.records) {
      if (signal.aborted) break;
      await this.take(record, map);
      onProgress({ bytes: source.bytesRead(), totalBytes, tally: this.tally });
    }
    if (!signal.aborted) await this.flush();
    await this.lanes.drain();
    if (!signal.aborted) await this.complete();
    onProgress({ bytes: source.bytesRead(), totalBytes, tally: this.tally });
  }

  async close(): Promise<void> {
    await this.rejects.close();
    if (!this.completed) await this.save();
  }

  private async complete(): Promise<void> {
    this.completed = true;
    await this.options.resume?.remove();
  }

  private async take(record: SourceRecord, map: RowMapper): Promise<void> {
    // Rows of an earlier run are mapped again, not sent: repeats are numbered by all rows before them.
    const { events, problems } = 'problem' in record ? { events: [], problems: [record.problem] } : map(record);
    const isNew = record.number > this.before.row;
    this.tally.rows++;
    if (problems.length > 0) {
      this.tally.invalidRows++;
      if (isNew) this.rejects.add(record.number, problems);
    } else if (events.length === 0) this.tally.leftOutRows++;
    else if (!this.options.client) this.tally.checked += events.length;
    else if (isNew) await this.enqueue(events, record.number);
  }

  /** The events of a row stay in one batch. */
  private async enqueue(events: readonly BatchEvent[], row: number): Promise<void> {
    const texts = events.map((event) => JSON.stringify(event));
    // A picture that many rows rate is the same generation in each of them: the API would say so, at a price.
    const fresh = events.filter((event, at) => this.recent.isNew(event.event_id, texts[at] ?? ''));
    this.tally.repeated += events.length - fresh.length;
    const bytes = texts.reduce((sum, text) => sum + text.length, 0);
    const isFull = this.queue.length + fresh.length > this.options.batchSize || this.queuedBytes + bytes > BATCH_BYTES;
    if (isFull) await this.flush();
    for (const event of fresh) this.queue.push({ event, row });
    this.queuedBytes += bytes;
  }

  private async flush(): Promise<void> {
    const { client } = this.options;
    const batch = this.queue;
    const last = batch.at(-1);
    if (!client || !last) return;
    this.queue = [];
    this.queuedBytes = 0;
    const acknowledged = this.watermark.begin(last.row);
    await this.lanes.start(async () => {
      const counts = await this.send(client, batch);
      this.tally.answered = plus(this.tally.answered, counts);
      acknowledged(counts);
      await this.saveNowAndThen();
    });
  }

  private async send(client: BatchTarget, batch: readonly Queued[]): Promise<Counts> {
    const { onWait } = this.options;
    const { results, positions } = await sendBatch(
      client,
      batch.map(({ event }) => event),
      { onWait },
    );
    this.furthest.add(positions);
    const rejected = new Set<number>();
    for (const [at, { event, row }] of batch.entries()) {
      const result = results[at];
      if (result?.status === 'accepted') continue;
      rejected.add(row);
      this.rejects.add(row, result?.errors ?? [UNEXPLAINED], event);
    }
    const accepted = results.filter((result) => result.status === 'accepted');
    const deduplicated = accepted.filter((result) => result.deduplicated).length;
    return { accepted: accepted.length - deduplicated, deduplicated, rejectedRows: rejected.size };
  }

  private async saveNowAndThen(): Promise<void> {
    const now = performance.now();
    if (now - this.savedAt < SAVE_EVERY_MS) return;
    this.savedAt = now;
    await this.save();
  }

  private async save(): Promise<void> {
    const { reached } = this.watermark;
    if (reached.row > 0) await this.options.resume?.save(reached);
  }
}
