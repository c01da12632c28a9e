import type { DecodedEvent } from '@picly/contracts';
import { revisionRow } from '@picly/experiments';
import { defineProjection, type FoldSql } from '@picly/projections';
import { ExperimentRegistry1796000000000 } from './1796000000000-experiment-registry.migration';
import { AUDITS } from './registry-audits.queries';

type Changed = DecodedEvent<'experiment-changed'>;
type Decided = DecodedEvent<'experiment-decided'>;

async function saveRevisions(sql: FoldSql, events: readonly Changed[]): Promise<void> {
  if (events.length === 0) return;
  await sql.query(
    `insert into experiment_revisions (experiment, revision, change, state, author, reason, arm, definition, changed_ms)
     select x.* from json_to_recordset($1::json) as x(experiment text, revision int, change text, state text, author text, reason text,
       arm text, definition jsonb, changed_ms bigint)
     on conflict (experiment, revision) do nothing`,
    [JSON.stringify(events.map(revisionRow))],
    'registry save revisions',
  );
}

async function saveDecisions(sql: FoldSql, events: readonly Decided[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ id, data, occurredAt }) => ({
    event_id: id,
    experiment: data.experiment,
    revision: data.revision,
    verdict: data.verdict,
    arm: data.arm ?? null,
    reasons: data.reasons,
    figures_as_of: data.figures_as_of,
    acted: data.acted,
    figures: data.figures ?? null,
    decided_at: new Date(occurredAt),
  }));
  await sql.query(
    `insert into experiment_decisions (event_id, experiment, revision, verdict, arm, reasons, figures_as_of, acted, figures, decided_at)
     select x.* from json_to_recordset($1::json) as x(event_id uuid, experiment text, revision int, verdict text, arm text, reasons text[],
       figures_as_of timestamptz, acted boolean, figures jsonb, decided_at timestamptz)
     on conflict do nothing`,
    [JSON.stringify(rows)],
    'registry save decisions',
  );
}

/** What was said about experiments, for those who change them and those who assign. Small, and never behind the facts. */
export const experimentRegistry = defineProjection({
  name: 'experiment-registry',
  version: 1,
  events: ['experiment-changed', 'experiment-decided'],
  tables: [
    { name: 'experiment_revisions', key: ['experiment', 'revision'] },
    { name: 'experiment_decisions', key: ['event_id'] },
  ],
  migrations: [ExperimentRegistry1796000000000],
  audits: AUDITS,
  async fold(events, sql) {
    await saveRevisions(
      sql,
      events.filter((event) => event.type === 'experiment-changed'),
    );
    await saveDecisions(
      sql,
      events.filter((event) => event.type === 'experiment-decided'),
    );
  },
});
