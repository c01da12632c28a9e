import type { LogPosition, LogRecord } from '../port';

/** A record as kafkajs decodes it. */
export interface RawMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, RawHeader | readonly RawHeader[] | undefined>>;
  readonly isControlRecord?: boolean;
}

type RawHeader = Buffer | string | null;

const NOTHING = Buffer.alloc(0);

export interface Contiguous {
  readonly records: readonly LogRecord[];
  /** Set when the record at the position is gone: the first offset there is instead. */
  readonly hole?: number;
}

/**
 * The records from the position on, up to the first hole. Brokers answer whole batches (records before the position are
 * left out) and our offsets are gapless, so a hole means lost records; the one behind it is never handed out.
 */
export function contiguous(from: LogPosition, messages: readonly RawMessage[]): Contiguous {
  const records: LogRecord[] = [];
  let expected = from.offset;
  for (const message of messages) {
    const offset = Number(message.offset);
    if (offset < expected) continue;
    if (offset > expected) return records.length > 0 ? { records } : { records, hole: offset };
    expected += 1;
    records.push(toLogRecord(from, offset, message));
  }
  return { records };
}

function toLogRecord({ topic, partition }: LogPosition, offset: number, message: RawMessage): LogRecord {
  return {
    topic,
    partition,
    offset,
    key: message.key?.toString('utf8') ?? '',
    value: message.value ?? NOTHING,
    headers: toHeaders(message.headers),
    timestamp: Number(message.timestamp),
  };
}

function toHeaders(raw: RawMessage['headers']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in raw) {
    const value = lastOf(raw[name]);
    if (value !== null && value !== undefined) headers[name] = value.toString();
  }
  return headers;
}

/** A header may be given more than once: the last one counts. */
function lastOf(value: RawHeader | readonly RawHeader[] | undefined): RawHeader | undefined {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? value.at(-1) : value;
}
