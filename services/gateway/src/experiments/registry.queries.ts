import type { Sql } from '@picly/database';
import { revisionOf, type Revision, type RevisionRow } from '@picly/experiments';

/** A verdict of the rule, as it was given. Times are RFC 3339. */
export interface Decision {
  readonly verdict: string;
  readonly arm: string | null;
  readonly reasons: readonly string[];
  readonly revision: number;
  readonly figures_as_of: Date;
  readonly acted: boolean;
  readonly figures: Readonly<Record<string, unknown>> | null;
  readonly decided_at: Date;
}

/** Until the transaction ends, nobody else writes about experiments. */
export const LOCK_REGISTRY = `select pg_advisory_xact_lock(hashtext('picly.experiment-registry'))`;

const COLUMNS = 'experiment, revision, change, state, author, reason, arm, definition, changed_ms';

/** What was said about experiments. */
export class RegistryQueries {
  constructor(private readonly sql: Sql) {}

  /** The latest revision of every experiment, by key. */
  async latest(): Promise<Revision[]> {
    const rows = await this.sql.query<RevisionRow>(
      `select distinct on (experiment) ${COLUMNS} from picly.experiment_revisions order by experiment, revision desc`,
      [],
      'registry latest',
    );
    return rows.map(revisionOf);
  }

  /** One page by key, after `after`; one more than `limit`. */
  async page(limit: number, after: string | undefined): Promise<Revision[]> {
    const rows = await this.sql.query<RevisionRow>(
      `select distinct on (experiment) ${COLUMNS} from picly.experiment_revisions where $2::text is null or experiment > $2
       order by experiment, revision desc limit $1`,
      [limit + 1, after ?? null],
      'registry page',
    );
    return rows.map(revisionOf);
  }

  /** Every revision of one experiment, the first first; empty when there is none. */
  async history(experiment: string): Promise<Revision[]> {
    const rows = await this.sql.query<RevisionRow>(
      `select ${COLUMNS} from picly.experiment_revisions where experiment = $1 order by revision`,
      [experiment],
      'registry history',
    );
    return rows.map(revisionOf);
  }

  /** The verdicts on one experiment, the latest first. */
  decisions(experiment: string, limit: number): Promise<Decision[]> {
    return this.sql.query<Decision>(
      `select verdict, arm, reasons, revision, figures_as_of, acted, figures, decided_at from picly.experiment_decisions
       where experiment = $1 order by decided_at desc, event_id desc limit $2`,
      [experiment, limit],
      'registry decisions',
    );
  }

  /** How often the rule looked at an experiment. */
  async countDecisions(experiment: string): Promise<number> {
    const [row] = await this.sql.query<{ n: number }>(
      'select count(*)::int as n from picly.experiment_decisions where experiment = $1',
      [experiment],
      'registry count decisions',
    );
    return row?.n ?? 0;
  }
}
