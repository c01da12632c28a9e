import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ids a version of a projection has folded, for ever: the same id counts once, however late it comes again. */
export class CreateProcessedEvents1760000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table processed_events (event_id uuid primary key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table processed_events');
  }
}
