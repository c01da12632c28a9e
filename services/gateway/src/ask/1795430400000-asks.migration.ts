import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Asks1795430400000 implements MigrationInterface {
  name = 'Asks1795430400000';

  async up(runner: QueryRunner): Promise<void> {
    // The person as a keyed hash: enough to count, and nothing to be erased.
    await runner.query(`
      create table asks (
        person bytea not null,
        generation_id uuid not null,
        asked_at timestamptz not null default now(),
        primary key (person, generation_id)
      )`);
    await runner.query('create index asks_asked_at on asks (asked_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table asks');
  }
}
