import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every user seen in a visit, so that the next one owns it when the first is erased. */
export class SessionUsers1764200200000 implements MigrationInterface {
  name = 'SessionUsers1764200200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table session_users (
      session text not null,
      person text not null,
      seen_at timestamptz not null,
      primary key (session, person)
    ) with (fillfactor = 90)`);
    await runner.query('create index session_users_by_person on session_users (person)');
    await runner.query('insert into session_users (session, person, seen_at) select session, owner, seen_at from session_owners');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table session_users');
  }
}
