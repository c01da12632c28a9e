import type { Sql } from '@picly/database';

/** A unit of an experiment. */
export interface AskedUnit {
  readonly experiment: string;
  readonly subject: string;
}

/** Names a unit of an experiment in what `FirstArmsQueries` answers. */
export const unitKey = ({ experiment, subject }: AskedUnit): string => JSON.stringify([experiment, subject]);

/** What is known of people that decides their arm: what they saw first, which they keep, and their profile. */
export class FirstArmsQueries {
  constructor(private readonly sql: Sql) {}

  /** The arm that each saw first, by `unitKey`; nothing of those who saw none. */
  async of(asked: readonly AskedUnit[]): Promise<ReadonlyMap<string, string>> {
    if (asked.length === 0) return new Map();
    const rows = await this.sql.query<AskedUnit & { arm: string }>(
      `select distinct on (f.experiment, f.subject) f.experiment, f.subject, f.name as arm
       from unnest($1::text[], $2::text[]) as a (experiment, subject)
       join picly.experiment_facts f on f.subject = a.subject and f.experiment = a.experiment and f.kind = 'exposure'
       where f.name is not null order by f.experiment, f.subject, f.at_ms, f.log_offset`,
      [asked.map(({ experiment }) => experiment), asked.map(({ subject }) => subject)],
      'first arms',
    );
    return new Map(rows.map((row) => [unitKey(row), row.arm]));
  }

  /** Plan and source as last profiled, by subject; nothing of those that nobody profiled. */
  async profiles(subjects: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    if (subjects.length === 0) return new Map();
    const rows = await this.sql.query<{ subject: string; attributes: Readonly<Record<string, string>> }>(
      `select subject, attributes from picly.experiment_facts
       where subject = any ($1::text[]) and kind = 'profile' and attributes is not null order by subject, at_ms, log_offset`,
      [[...new Set(subjects)]],
      'profiles for assignment',
    );
    const found = new Map<string, Readonly<Record<string, string>>>();
    for (const { subject, attributes } of rows) found.set(subject, { ...found.get(subject), ...attributes });
    return found;
  }
}
