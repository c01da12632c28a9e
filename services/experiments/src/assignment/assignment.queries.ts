import { revisionOf, type Revision, type RevisionRow } from '@picly/experiments';
import type { Sql } from '@picly/database';

/** What an assignment depends on beside the unit's id. */
export class AssignmentQueries {
  constructor(private readonly sql: Sql) {}

  async latest(experiment: string): Promise<Revision | undefined> {
    const [row] = await this.sql.query<RevisionRow>(
      `select experiment, revision, change, state, author, reason, arm, definition, changed_ms from picly.experiment_definitions
       where experiment = $1 order by revision desc limit 1`,
      [experiment],
      'assignment latest',
    );
    return row && revisionOf(row);
  }

  /** The arm the subject saw first; undefined before its first exposure. */
  async firstArm(experiment: string, subject: string): Promise<string | undefined> {
    const [row] = await this.sql.query<{ arm: string }>(
      `select name as arm from picly.experiment_facts where subject = $2 and experiment = $1 and kind = 'exposure' and name is not null
       order by at_ms, log_offset limit 1`,
      [experiment, subject],
      'assignment first arm',
    );
    return row?.arm;
  }

  /** Plan and source of a person, as last profiled. */
  async profile(subject: string): Promise<Readonly<Record<string, string>>> {
    const rows = await this.sql.query<{ attributes: Readonly<Record<string, string>> }>(
      `select attributes from picly.experiment_facts where subject = $1 and kind = 'profile' and attributes is not null order by at_ms, log_offset`,
      [subject],
      'assignment profile',
    );
    return Object.assign({}, ...rows.map(({ attributes }) => attributes)) as Readonly<Record<string, string>>;
  }
}
