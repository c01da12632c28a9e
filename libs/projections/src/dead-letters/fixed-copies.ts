import type { Sql } from '@picly/database';
import type { LogRecord } from '@picly/event-log';
import { KEPT_COLUMNS, keptRecord, type KeptRow } from './kept-record';

/** An event that an operator mended: as it stands in the log, and what counts in its place. */
export interface FixedCopy {
  readonly original: LogRecord;
  readonly fixed: LogRecord;
}

interface Row extends KeptRow {
  readonly fixed_headers: Readonly<Record<string, string>>;
  readonly fixed_value: Buffer;
}

/**
 * All of them, one for each projection that an event was mended for: whose they are the log does not tell, as the original may be
 * nobody's, or somebody else's.
 */
export async function fixedCopies(sql: Pick<Sql, 'query'>): Promise<FixedCopy[]> {
  const rows = await sql.query<Row>(
    `select ${KEPT_COLUMNS}, fixed_headers, fixed_value from runtime.dead_letter_history where action = 'fix' order by id`,
  );
  return rows.map((row) => {
    const original = keptRecord(row);
    return { original, fixed: { ...original, headers: row.fixed_headers, value: row.fixed_value } };
  });
}
