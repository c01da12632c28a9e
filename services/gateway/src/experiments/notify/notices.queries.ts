import type { Sql } from '@picly/database';

/** A verdict that is to be told. */
export interface Notice {
  readonly event_id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attempts: number;
}

/** The queue of what is to be told. It outlives the process; a notice is taken by one gateway at a time. */
export class NoticesQueries {
  constructor(private readonly sql: Sql) {}

  /** Queues verdicts of the last week that are news: another verdict than before, or one that was acted on. Each once. */
  async enqueue(): Promise<void> {
    await this.sql.query(
      `insert into runtime.experiment_notices (event_id, body)
       select event_id, jsonb_build_object('event_id', event_id, 'type', 'experiment-decided', 'experiment', experiment, 'revision', revision,
         'verdict', verdict, 'arm', arm, 'reasons', to_jsonb(reasons), 'acted', acted, 'figures_as_of', figures_as_of, 'decided_at', decided_at)
       from (select d.*, lag(verdict) over (partition by experiment order by decided_at, event_id) as before from picly.experiment_decisions d) d
       where decided_at > now() - interval '7 days' and (acted or before is distinct from verdict)
       on conflict do nothing`,
      [],
      'notices enqueue',
    );
  }

  /** Takes what is due; it is not due again before the lease is over, also when the process dies meanwhile. */
  take(limit: number): Promise<Notice[]> {
    return this.sql.query<Notice>(
      `update runtime.experiment_notices n set attempts = n.attempts + 1, next_attempt_at = now() + interval '1 minute'
       where n.event_id in (select event_id from runtime.experiment_notices where delivered_at is null and next_attempt_at <= now()
         order by next_attempt_at limit $1 for update skip locked)
       returning n.event_id, n.body, n.attempts`,
      [limit],
      'notices take',
    );
  }

  async delivered(eventId: string): Promise<void> {
    await this.sql.query(`update runtime.experiment_notices set delivered_at = now(), last_error = null where event_id = $1`, [eventId]);
  }

  /** `waitSeconds` null: given up. */
  async failed(eventId: string, error: string, waitSeconds: number | null): Promise<void> {
    await this.sql.query(
      `update runtime.experiment_notices set last_error = $2,
         next_attempt_at = case when $3::float8 is null then 'infinity' else now() + make_interval(secs => $3::float8) end
       where event_id = $1`,
      [eventId, error, waitSeconds],
    );
  }
}
