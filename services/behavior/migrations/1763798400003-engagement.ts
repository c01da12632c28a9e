import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When people were active, who they are, and what is known of them. */
export class Engagement1763798400003 implements MigrationInterface {
  name = 'Engagement1763798400003';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['user_activity', 'people', 'session_owners', 'users']) await runner.query(`drop table ${table}`);
  }
}

const STATEMENTS = [
  // `kinds` has a bit for each kind of event that happened in the quarter hour.
  `create table user_activity (
    slot timestamptz not null,
    person text not null,
    kinds smallint not null,
    events bigint not null,
    primary key (slot, person)
  ) with (fillfactor = 80)`,
  `create table people (
    person text primary key,
    first_at timestamptz not null,
    last_at timestamptz not null,
    events bigint not null
  ) with (fillfactor = 70)`,
  'create index people_by_first on people (first_at)',
  `create table session_owners (
    session text primary key,
    owner text not null,
    seen_at timestamptz not null
  )`,
  `create table users (
    user_id text primary key,
    signed_up_at timestamptz,
    acquisition_source text,
    plan text,
    traits jsonb not null default '{}',
    profiled_at timestamptz,
    updated_at timestamptz,
    field_versions jsonb not null default '{}'
  ) with (fillfactor = 70)`,
];
