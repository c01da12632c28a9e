import type { EventLog } from '../port';
import { compareLogs, type ComparedStretch } from './compare-logs';
import { ExactWriter, type CopiedTopic } from './exact-writer';
import { placeOf, remaining } from './places';

export interface CopyOptions {
  readonly source: EventLog;
  readonly target: EventLog;
  readonly topics: readonly CopiedTopic[];
  /** Called once everything is copied and compared: from then on nothing may be appended to the source. Left out: no cut-over. */
  readonly seal?: () => Promise<void>;
  /** `done` of `total` records, in the phase that is on; totals grow while traffic goes on. */
  readonly onProgress?: (phase: CopyPhase, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export type CopyPhase = 'copying' | 'comparing' | 'cutting over';

export interface CopyReport {
  /** Records copied by this run; those before it were found in place. */
  readonly copied: number;
  readonly stretches: readonly ComparedStretch[];
  /** True when the source took nothing more before the last record was copied. */
  readonly complete: boolean;
}

const BATCH = 5_000;
/** What is left behind while traffic goes on. */
const CAUGHT_UP = 2_000;

/**
 * Copies a log while it is written to: the same partitions, offsets, keys and bytes, read back and compared record by record. Goes on where
 * an earlier run ended. With `seal` the source takes nothing more at the end, and the rest is copied: then both are equal for good.
 */
export async function copyLog(options: CopyOptions): Promise<CopyReport> {
  const run = new Copy(options, await ExactWriter.open(options.target, options.topics, await boundsOf(options)));
  return run.run();
}

const boundsOf = ({ source, topics }: CopyOptions): ReturnType<EventLog['bounds']> => source.bounds(topics.map(({ name }) => name));

class Copy {
  private copied = 0;

  constructor(
    private readonly options: CopyOptions,
    private readonly writer: ExactWriter,
  ) {}

  async run(): Promise<CopyReport> {
    await this.copy('copying', CAUGHT_UP);
    const compared = await this.compare(undefined);
    if (!this.options.seal) return { copied: this.copied, stretches: compared, complete: false };
    await this.options.seal();
    await this.copy('cutting over', 0);
    const rest = await this.compare(compared);
    return { copied: this.copied, stretches: [...compared, ...rest], complete: true };
  }

  /** Up to the end of the source, or near it. */
  private async copy(phase: CopyPhase, enough: number): Promise<void> {
    const { source, signal, onProgress } = this.options;
    for (;;) {
      signal?.throwIfAborted();
      const ends = new Map((await boundsOf(this.options)).map((bound) => [placeOf(bound), bound]));
      const left = remaining(this.writer.positions(), ends);
      onProgress?.(phase, this.copied, this.copied + left);
      if (left <= enough && (enough === 0 || this.isNear(left))) return;
      const behind = this.writer.positions().filter((position) => position.offset < (ends.get(placeOf(position))?.end ?? 0));
      const batches = await source.read({ from: behind, maxRecords: BATCH, maxWaitMs: 1_000 });
      const records = batches.flatMap((batch) => batch.records);
      await this.writer.write(records);
      this.copied += records.length;
    }
  }

  /** A short log is copied to its end even when that is not enough to speak of. */
  private isNear(left: number): boolean {
    return left === 0 || this.copied > CAUGHT_UP;
  }

  /** From the start of the log, or from where the last comparison ended, to where the copy stands. */
  private async compare(before: readonly ComparedStretch[] | undefined): Promise<readonly ComparedStretch[]> {
    const { source, target, onProgress } = this.options;
    const starts = new Map((await boundsOf(this.options)).map((bound) => [placeOf(bound), bound.start]));
    const ended = new Map((before ?? []).map((stretch) => [placeOf(stretch), stretch.to]));
    const stretches = this.writer.positions().map(({ topic, partition, offset }) => {
      const place = placeOf({ topic, partition });
      return { topic, partition, from: ended.get(place) ?? starts.get(place) ?? 0, to: offset };
    });
    const total = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
    let done = 0;
    return compareLogs(source, target, { stretches, onCompared: (records) => onProgress?.('comparing', (done += records), total) });
  }
}
