import type { DatabasePool } from '@picly/database';
import type { EventLog, LogRecord } from '@picly/event-log';
import { readLog } from './scan-log';

/** An event that an operator mended: as it stands in the log, and what counts in its place. */
export interface FixedCopy {
  readonly original: LogRecord;
  readonly fixed: LogRecord;
}

interface Row {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  readonly record_timestamp_ms: number;
  readonly fixed_headers: Readonly<Record<string, string>>;
  readonly fixed_value: Buffer;
}

/** All of them: whose they are the log does not tell, as the original may be nobody's, or somebody else's. */
export async function fixedCopies(pool: DatabasePool): Promise<FixedCopy[]> {
  const rows = await pool.query<Row>(
    `select topic, partition, "offset", key, headers, value, record_timestamp_ms, fixed_headers, fixed_value
       from runtime.dead_letter_history where action = 'fix' order by id`,
  );
  return rows.map(({ topic, partition, offset, key, headers, value, record_timestamp_ms: timestamp, fixed_headers, fixed_value }) => {
    const place = { topic, partition, offset, key: key.toString('utf8'), timestamp };
    return { original: { ...place, headers, value }, fixed: { ...place, headers: fixed_headers, value: fixed_value } };
  });
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
