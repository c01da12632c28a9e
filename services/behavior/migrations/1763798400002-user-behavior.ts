import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did on pages, and their visits. */
export class UserBehavior1763798400002 implements MigrationInterface {
  name = 'UserBehavior1763798400002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['user_behavior', 'sessions', 'session_pages', 'behavior_changes']) await runner.query(`drop table ${table}`);
  }
}

const STATEMENTS = [
  `create table user_behavior (
    event_id uuid primary key,
    session_id text,
    user_id text,
    action text not null,
    page text,
    details jsonb,
    device jsonb,
    device_category text,
    browser text,
    os text,
    screen text,
    duration_ms bigint,
    occurred_at timestamptz not null,
    change_no bigint not null
  )`,
  'create index user_behavior_by_change on user_behavior (change_no)',
  'create index user_behavior_by_time on user_behavior (occurred_at)',
  'create index user_behavior_by_session on user_behavior (session_id, occurred_at)',
  `create table sessions (
    session_id text primary key,
    first_at timestamptz not null,
    last_at timestamptz not null,
    events bigint not null,
    pages bigint not null,
    interaction_ms bigint not null,
    duration_ms bigint not null generated always as ((extract(epoch from last_at - first_at) * 1000)::bigint) stored
  ) with (fillfactor = 80)`,
  'create index sessions_by_time on sessions (first_at)',
  // Pages may be longer than an index entry: their hash stands for them.
  `create table session_pages (
    session_id text not null,
    page_hash uuid not null,
    events bigint not null,
    primary key (session_id, page_hash)
  ) with (fillfactor = 80)`,
  // One row: numbers drawn from it follow the order of commits, so that a reader who goes by them never skips a late commit.
  'create table behavior_changes (single boolean primary key check (single), last bigint not null)',
];
