import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Receipts1790000000001 implements MigrationInterface {
  name = 'Receipts1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table receipts (
        event_id uuid primary key,
        event_type text not null,
        topic text not null,
        log_partition integer not null,
        log_offset bigint not null,
        occurred_at timestamptz not null,
        received_at timestamptz not null,
        fingerprint text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table receipts');
  }
}
