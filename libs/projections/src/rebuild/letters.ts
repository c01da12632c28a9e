import type { Sql } from '@picly/database';
import { placeOf, type AnyProjection } from '../names';
import { RebuildFailedError } from './errors';

const INCOMPATIBLE = `
  select d.topic, d.partition, d."offset", d.message
    from runtime.dead_letters d
   where d.projection = $1 and d.version = $2 and d.cause in ('unknown_type', 'unsupported_version', 'upcast_failed')
     and not exists (select from runtime.dead_letters b
                      where b.projection = $1 and b.version = $3 and b.topic = d.topic and b.partition = d.partition and b."offset" = d."offset")
   order by d.topic, d.partition, d."offset" limit 1`;

/**
 * An event that the serving version has folded, and that this release cannot read: it would be missing after the rebuild. (What cannot be
 * read by either is parked by both.) Throws `RebuildFailedError`.
 */
export async function refuseIncompatible(sql: Sql, projection: AnyProjection, base: number): Promise<void> {
  const [row] = await sql.query<{ topic: string; partition: number; offset: number; message: string }>(
    INCOMPATIBLE,
    [projection.name, projection.version, base],
    'rebuild_incompatible',
  );
  if (!row) return;
  throw new RebuildFailedError(
    'EVENT_INCOMPATIBLE',
    `the event at ${placeOf(row)}/${row.offset} has a form that this release cannot read (${row.message}), while version ${base} has folded it: ` +
      'rebuild with the release that knows it',
  );
}
