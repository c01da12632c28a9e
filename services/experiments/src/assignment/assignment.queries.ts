import { revisionOf, type Revision, type RevisionRow } from '@picly/experiments';
import type { Sql } from '@picly/database';

/** What an assignment depends on beside the unit. */
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
}
