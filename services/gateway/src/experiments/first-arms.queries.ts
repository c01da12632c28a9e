import type { Sql } from '@picly/database';

export interface Asked {
  readonly experiment: string;
  readonly subject: string;
}

/** The arms that people saw first: they keep them. */
export class FirstArmsQueries {
  constructor(private readonly sql: Sql) {}

  /** By `JSON.stringify([experiment, subject])`. */
  async of(asked: readonly Asked[]): Promise<ReadonlyMap<string, string>> {
    if (asked.length === 0) return new Map();
    const rows = await this.sql.query<Asked & { arm: string }>(
      `select distinct on (f.experiment, f.subject) f.experiment, f.subject, f.name as arm
       from unnest($1::text[], $2::text[]) as a (experiment, subject)
       join picly.experiment_facts f on f.subject = a.subject and f.experiment = a.experiment and f.kind = 'exposure'
       where f.name is not null order by f.experiment, f.subject, f.at_ms, f.log_offset`,
      [asked.map(({ experiment }) => experiment), asked.map(({ subject }) => subject)],
      'first arms',
    );
    return new Map(rows.map(({ experiment, subject, arm }) => [JSON.stringify([experiment, subject]), arm]));
  }
}
