import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `create table experiment_revisions (
    experiment text not null,
    revision int not null,
    change text not null,
    state text not null,
    author text not null,
    reason text,
    arm text,
    definition jsonb not null,
    changed_ms bigint not null,
    primary key (experiment, revision)
  )`,
  `create table experiment_decisions (
    event_id uuid primary key,
    experiment text not null,
    revision int not null,
    verdict text not null,
    arm text,
    reasons text[] not null,
    figures_as_of timestamptz not null,
    acted boolean not null,
    figures jsonb,
    decided_at timestamptz not null
  )`,
  'create index experiment_decisions_by_experiment on experiment_decisions (experiment, decided_at)',
];

/** What was said about experiments: every change of their definition and state, every verdict. */
export class ExperimentRegistry1796000000000 implements MigrationInterface {
  name = 'ExperimentRegistry1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['experiment_decisions', 'experiment_revisions']) await runner.query(`drop table ${table}`);
  }
}
