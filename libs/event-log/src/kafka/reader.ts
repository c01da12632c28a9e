import { LogTruncatedError } from '../errors';
import type { LogBatch, LogPosition, ReadRequest, TopicPartition } from '../port';
import type { Fetched, FetchClient } from './fetch-client';
import { toLogError } from './kafka-errors';
import { backOffMs } from './signal';

/** Readers share one connection per broker, which answers one request after the other: nobody waits there for long. */
const SLICE_MS = 25;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_BYTES_PER_PARTITION = 4 * 1024 * 1024;
const LEAST_BYTES = 16 * 1024;
const FAILURES_ALLOWED = 6;

/** Reading at a position, outside any group. */
export class Reader {
  /** Moving average, to ask for about as many bytes as the records asked for. */
  #bytesPerRecord = 512;

  constructor(private readonly client: FetchClient) {}

  async read(request: ReadRequest): Promise<readonly LogBatch[]> {
    if (request.from.length === 0) return [];
    const until = performance.now() + request.maxWaitMs;
    let batches = await this.#fetchPatiently(request, 0);
    for (
      let left = until - performance.now();
      batches.length === 0 && left > 0 && !request.signal?.aborted;
      left = until - performance.now()
    ) {
      batches = await this.#fetchPatiently(request, Math.min(left, SLICE_MS));
    }
    return batches;
  }

  /** Brokers come and go: only lost records, or failing for some seconds, are worth telling. */
  async #fetchPatiently(request: ReadRequest, maxWaitMs: number): Promise<LogBatch[]> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.#fetchAll(request, maxWaitMs);
      } catch (error) {
        const hopeless = error instanceof LogTruncatedError || failures > FAILURES_ALLOWED;
        if (hopeless || request.signal?.aborted) throw toLogError(error, 'read');
        await new Promise((resolve) => setTimeout(resolve, backOffMs(failures, 50, 1_000)));
        await this.client.recover(error);
      }
    }
  }

  async #fetchAll(request: ReadRequest, maxWaitMs: number): Promise<LogBatch[]> {
    await this.client.watch([...new Set(request.from.map(({ topic }) => topic))]);
    const nodes = [...this.client.leaders(request.from)];
    if (nodes.length === 0) throw new Error('no partition asked for has a leader');
    const answers = await Promise.all(nodes.map(([node, positions]) => this.#fetch(node, positions, request.maxRecords, maxWaitMs)));
    return limit(answers.flat(), request.maxRecords);
  }

  async #fetch(node: string, positions: readonly LogPosition[], maxRecords: number, maxWaitMs: number): Promise<readonly Fetched[]> {
    const bytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, Math.ceil(maxRecords * this.#bytesPerRecord * 1.1)));
    const answer = await this.client.fetch(node, positions, {
      maxWaitMs,
      maxBytes: bytes,
      maxBytesPerPartition: Math.min(bytes, MOST_BYTES_PER_PARTITION),
    });
    if (answer.outOfRange) await this.#explain(answer.outOfRange, positions);
    for (const { topic, partition, from, hole } of answer.fetched) {
      if (hole !== undefined) throw new LogTruncatedError(topic, partition, from, hole);
    }
    this.#learn(answer.fetched);
    return answer.fetched;
  }

  /** Outside the partition: lost records when the bounds say so, a broker still catching up otherwise (tried again). */
  async #explain({ topic, partition }: TopicPartition, positions: readonly LogPosition[]): Promise<never> {
    const wanted = positions.find((position) => position.topic === topic && position.partition === partition)?.offset ?? 0;
    const { start, end } = await this.client.bounds({ topic, partition });
    if (wanted < start) throw new LogTruncatedError(topic, partition, wanted, start);
    if (wanted > end) throw new LogTruncatedError(topic, partition, wanted, end);
    throw new Error(`${topic}/${partition}: offset ${wanted} was refused, the partition holds ${start}..${end}`);
  }

  #learn(fetched: readonly Fetched[]): void {
    let bytes = 0;
    let records = 0;
    for (const partition of fetched) {
      for (const record of partition.records) bytes += record.value.length + record.key.length + headerBytes(record.headers) + 16;
      records += partition.records.length;
    }
    if (records > 0) this.#bytesPerRecord = 0.7 * this.#bytesPerRecord + 0.3 * (bytes / records);
  }
}

function headerBytes(headers: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 2;
  return bytes;
}

function limit(fetched: readonly Fetched[], maxRecords: number): LogBatch[] {
  let room = maxRecords;
  const batches: LogBatch[] = [];
  for (const { topic, partition, records, end } of fetched) {
    if (room <= 0) break;
    if (records.length === 0) continue;
    const taken = records.length > room ? records.slice(0, room) : records;
    room -= taken.length;
    batches.push({ topic, partition, records: taken, end, isStale: () => false });
  }
  return batches;
}
