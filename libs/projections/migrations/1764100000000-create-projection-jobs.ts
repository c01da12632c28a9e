import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is being done to versions of projections beside folding: built, compared, switched, audited. */
export class CreateProjectionJobs1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['projection_audits', 'projection_differences', 'projection_jobs']) await runner.query(`drop table ${table}`);
  }
}

const STATEMENTS = [
  // `next_version` is announced before a switch, so that readers who wait for positions wait for both.
  'alter table projections add column next_version int, add column previous_version int, add column next_audit_at timestamptz',
  // `version` numbers what was built; `code_version` is the description it was built by. Only what is `live` is folded by runners.
  `alter table projection_versions
     add column code_version int,
     add column state text not null default 'live' check (state in ('building', 'live', 'side')),
     add column label text unique`,
  'update projection_versions set code_version = version',
  'alter table projection_versions alter column code_version set not null',
  // A version that is gone cannot be claimed again by somebody who has not heard of it.
  `alter table checkpoints add foreign key (projection, version) references projection_versions (projection, version) on delete cascade`,
  `create table projection_jobs (
    id bigint generated always as identity primary key,
    -- Jobs of one pass read the log together.
    pass uuid not null,
    kind text not null check (kind in ('rebuild', 'deploy', 'verify', 'side', 'activate', 'rollback')),
    projection text not null references projections (name),
    base_version int,
    version int,
    -- Whose code it needs; null until somebody who has code for it takes it.
    code_version int,
    definition text,
    switch text not null default 'always' check (switch in ('always', 'equal', 'never')),
    -- {time_ms} or {positions: [{topic, partition, offset}]}: where a side copy ends.
    until jsonb,
    label text,
    state text not null default 'requested'
      check (state in ('requested', 'building', 'comparing', 'switching', 'done', 'failed', 'cancelled')),
    message text,
    progress jsonb,
    comparison jsonb,
    starts int not null default 0,
    cancelled boolean not null default false,
    owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    requested_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
  )`,
  'create unique index projection_jobs_one_at_a_time on projection_jobs (projection) where finished_at is null',
  'create index projection_jobs_by_projection on projection_jobs (projection, id)',
  `create table projection_differences (
    job bigint not null references projection_jobs (id) on delete cascade,
    table_name text not null,
    n int not null,
    key jsonb not null,
    kind text not null check (kind in ('only_base', 'only_built', 'changed')),
    columns text[] not null,
    primary key (job, table_name, n)
  )`,
  `create table projection_audits (
    id bigint generated always as identity primary key,
    projection text not null,
    version int not null,
    audit text not null,
    ran_at timestamptz not null default now(),
    took_ms int not null,
    offending int not null,
    sample jsonb not null,
    error text
  )`,
  'create index projection_audits_latest on projection_audits (projection, audit, id desc)',
];
