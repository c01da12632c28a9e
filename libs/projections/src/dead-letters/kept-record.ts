import type { LogRecord } from '@picly/event-log';

/** An event that was kept as it came, in whatever table. */
export interface KeptRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  readonly record_timestamp_ms: number;
}

export const KEPT_COLUMNS = `topic, partition, "offset", key, headers, value, record_timestamp_ms`;

/** As it stands, or stood, in the log. */
export function keptRecord({ topic, partition, offset, key, headers, value, record_timestamp_ms: timestamp }: KeptRow): LogRecord {
  return { topic, partition, offset, key: key.toString('utf8'), value, headers, timestamp };
}
