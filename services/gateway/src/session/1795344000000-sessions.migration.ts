import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sessions1795344000000 implements MigrationInterface {
  name = 'Sessions1795344000000';

  async up(runner: QueryRunner): Promise<void> {
    // A session is as good as its key: what is remembered is the key's hash, so that a revoked or changed key ends it.
    await runner.query(`
      create table sessions (
        hash text primary key,
        key_hash text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`);
    await runner.query('create index sessions_by_end on sessions (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sessions');
  }
}
