import { LogTruncatedError } from '../errors';
import type { LogBatch, LogPosition, PartitionBounds, ReadRequest } from '../port';
import { Alarm } from './alarm';
import { allocate } from './allocate';
import type { Fetcher, Found, Want } from './fetcher';
import type { Topics } from './topics';
import type { Wakeups } from './wakeups';

const MOST_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES_PER_PARTITION = 1024 * 1024;
const LOOK_EVERY_MS = 1_000;

/** Reading at a position, outside any group. */
export class Reader {
  constructor(
    private readonly fetcher: Fetcher,
    private readonly topics: Topics,
    private readonly wakeups: Wakeups,
  ) {}

  async read(request: ReadRequest): Promise<readonly LogBatch[]> {
    const until = performance.now() + request.maxWaitMs;
    const first = await this.#once(request);
    if (first.length > 0 || request.maxWaitMs <= 0) return first;
    const alarm = new Alarm();
    const ring = () => alarm.ring();
    const off = this.wakeups.on(ring);
    request.signal?.addEventListener('abort', ring);
    try {
      for (;;) {
        const leftMs = until - performance.now();
        if (request.signal?.aborted || leftMs <= 0) return [];
        const batches = await this.#once(request);
        if (batches.length > 0) return batches;
        await alarm.wait(Math.min(leftMs, LOOK_EVERY_MS));
      }
    } finally {
      off();
      request.signal?.removeEventListener('abort', ring);
    }
  }

  async #once({ from, maxRecords }: ReadRequest): Promise<LogBatch[]> {
    const wants = from.length === 1 ? from.map((position) => ({ ...position, maxRecords })) : await this.#shares(from, maxRecords);
    if (wants.length === 0) return [];
    const maxBytes = Math.max(LEAST_BYTES_PER_PARTITION, Math.floor(MOST_BYTES / wants.length));
    return (await this.fetcher.fetch(wants, maxBytes)).map(toBatch).filter((batch) => batch.records.length > 0);
  }

  async #shares(from: readonly LogPosition[], maxRecords: number): Promise<Want[]> {
    const bounds = new Map<string, PartitionBounds>();
    for (const bound of await this.topics.bounds([...new Set(from.map((position) => position.topic))])) {
      bounds.set(`${bound.topic}/${bound.partition}`, bound);
    }
    const news = from.filter(({ topic, partition, offset }) => bounds.get(`${topic}/${partition}`)?.end !== offset);
    const available = news.map((position) => {
      const { start, end } = boundsOf(bounds, position);
      refuseOutside(position, start, end);
      return end - position.offset;
    });
    const shares = allocate(available, maxRecords);
    return news.map((position, index) => ({ ...position, maxRecords: shares[index] ?? 0 })).filter((want) => want.maxRecords > 0);
  }
}

function boundsOf(bounds: ReadonlyMap<string, PartitionBounds>, { topic, partition }: LogPosition): { start: number; end: number } {
  return bounds.get(`${topic}/${partition}`) ?? { start: 0, end: 0 };
}

/** Below the start the records are gone; beyond the end the log has lost its tail. */
export function refuseOutside({ topic, partition, offset }: LogPosition, start: number, end: number): void {
  if (offset < start) throw new LogTruncatedError(topic, partition, offset, start);
  if (offset > end) throw new LogTruncatedError(topic, partition, offset, end);
}

function toBatch({ topic, partition, from, start, end, records }: Found): LogBatch {
  refuseOutside({ topic, partition, offset: from }, start, end);
  return { topic, partition, records, end, isStale: () => false };
}
