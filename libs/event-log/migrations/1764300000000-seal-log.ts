import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A log that moves elsewhere takes nothing more. */
export class SealLog1764300000000 implements MigrationInterface {
  readonly name = 'SealLog1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table partitions add column sealed boolean not null default false');
    await runner.query(`create table moves (
      only_row boolean primary key default true check (only_row),
      target text not null,
      sealed_at timestamptz not null default now(),
      -- Everything is there and was compared.
      moved_at timestamptz
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table moves');
    await runner.query('alter table partitions drop column sealed');
  }
}
