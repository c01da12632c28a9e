import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is still to be told about experiments, and what was. */
export class ExperimentNotices1796000000002 implements MigrationInterface {
  name = 'ExperimentNotices1796000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table experiment_notices (
      event_id uuid primary key,
      body jsonb not null,
      attempts int not null default 0,
      next_attempt_at timestamptz not null default now(),
      delivered_at timestamptz,
      last_error text,
      created_at timestamptz not null default now()
    )`);
    await runner.query('create index experiment_notices_due on experiment_notices (next_attempt_at) where delivered_at is null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table experiment_notices');
  }
}
