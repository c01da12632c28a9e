import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that make personal fields readable. Deleting a row erases the person, the log included. */
export class CreatePersonKeys1760000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table person_keys (
      subject text primary key,
      ref uuid not null unique,
      key bytea not null,
      created_at timestamptz not null default now()
    )`);
    // One row, raised by every destruction while it is locked: whoever caches keys compares it to what it saw last.
    await runner.query(`create table person_keys_destroyed (
      only_row boolean primary key default true check (only_row),
      times bigint not null default 0
    ) with (fillfactor = 20)`);
    await runner.query('insert into person_keys_destroyed default values');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table person_keys_destroyed');
    await runner.query('drop table person_keys');
  }
}
