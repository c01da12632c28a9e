import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ApiKeys1790000000000 implements MigrationInterface {
  name = 'ApiKeys1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_keys (
        id uuid primary key,
        name text not null,
        hash text not null unique,
        hint text not null,
        scopes text[] not null,
        origins text[] not null,
        events_per_minute integer,
        created_at timestamptz not null,
        last_used_at timestamptz,
        revoked_at timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_keys');
  }
}
