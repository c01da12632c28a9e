import { revisionOf, revisionRow, timelineOf, type RevisionRow, type Timeline } from '@picly/experiments';
import type { DecodedEvent } from '@picly/contracts';
import type { FoldSql } from '@picly/projections';

/** Facts are counted side by side; a change of a definition waits for them and they for it. */
export async function lockDefinitions(sql: FoldSql, mode: 'shared' | 'alone'): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await sql.query(`select ${lock}(hashtext(current_schema || ' definitions'))`, [], `results lock ${mode}`);
}

/** Every experiment that is defined, by key. */
export async function loadTimelines(sql: FoldSql): Promise<Map<string, Timeline>> {
  const rows = await sql.query<RevisionRow>(
    'select experiment, revision, change, state, author, reason, arm, definition, changed_ms from experiment_definitions',
    [],
    'results load definitions',
  );
  const byKey = new Map<string, RevisionRow[]>();
  for (const row of rows) byKey.set(row.experiment, [...(byKey.get(row.experiment) ?? []), row]);
  return new Map(
    [...byKey].flatMap(([key, own]) => {
      const timeline = timelineOf(own.map(revisionOf));
      return timeline ? [[key, timeline] as const] : [];
    }),
  );
}

export async function saveDefinitions(sql: FoldSql, events: readonly DecodedEvent<'experiment-changed'>[]): Promise<void> {
  await sql.query(
    `insert into experiment_definitions (experiment, revision, change, state, author, reason, arm, definition, changed_ms)
     select x.* from json_to_recordset($1::json) as x(experiment text, revision int, change text, state text, author text, reason text,
       arm text, definition jsonb, changed_ms bigint)
     on conflict (experiment, revision) do nothing`,
    [JSON.stringify(events.map(revisionRow))],
    'results save definitions',
  );
}

/** Keeps what the rule said. */
export async function saveVerdicts(sql: FoldSql, events: readonly DecodedEvent<'experiment-decided'>[]): Promise<void> {
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
    decided_at: new Date(occurredAt),
  }));
  await sql.query(
    `insert into experiment_verdicts (event_id, experiment, revision, verdict, arm, reasons, figures_as_of, acted, decided_at)
     select x.* from json_to_recordset($1::json) as x(event_id uuid, experiment text, revision int, verdict text, arm text, reasons text[],
       figures_as_of timestamptz, acted boolean, decided_at timestamptz)
     on conflict do nothing`,
    [JSON.stringify(rows)],
    'results save verdicts',
  );
}
