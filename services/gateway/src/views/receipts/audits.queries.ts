import type { Audit } from '@picly/projections';

/** What must hold between the receipts and what was folded of the log. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'a-place-in-the-log-has-one-receipt',
    sql: `select topic, log_partition, log_offset, count(*) as receipts from receipts group by 1, 2, 3 having count(*) > 1`,
  },
  {
    name: 'every-event-folded-has-its-receipt',
    sql: `select event_id, r.topic, r.log_partition, r.log_offset from receipts r full join processed_events p using (event_id)
           where r.event_id is null or p.event_id is null`,
  },
  {
    name: 'receipts-name-places-that-were-folded',
    sql: `select r.topic, r.log_partition, max(r.log_offset) as last, c.next_offset from receipts r
            left join (select c.topic, c.partition, c.next_offset from runtime.checkpoints c
                         join runtime.projection_versions v using (projection, version) where v.schema_name = current_schema()) c
                   on c.topic = r.topic and c.partition = r.log_partition
           group by r.topic, r.log_partition, c.next_offset having max(r.log_offset) >= coalesce(c.next_offset, 0)`,
  },
];
