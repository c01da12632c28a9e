import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the projection runtime knows: which versions exist, how far each has folded, and what could not be folded. */
export class CreateProjectionRuntime1760000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table projections (
      name text primary key,
      active_version int,
      activated_at timestamptz
    )`);
    await runner.query(`create table projection_versions (
      projection text not null references projections,
      version int not null,
      schema_name text not null,
      topics text[] not null,
      tables jsonb not null,
      sql_views text[] not null,
      -- Fingerprint of the code's description: equal means that there is nothing to install.
      definition text not null,
      installed_at timestamptz not null default now(),
      primary key (projection, version)
    )`);
    await createCheckpoints(runner);
    await createDeadLetters(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['dead_letters', 'checkpoints', 'projection_versions', 'projections']) await runner.query(`drop table ${table}`);
  }
}

async function createCheckpoints(runner: QueryRunner): Promise<void> {
  // Rewritten with every batch: room in the page and no further index keep the updates cheap (HOT).
  await runner.query(`create table checkpoints (
      projection text not null,
      version int not null,
      topic text not null,
      partition int not null,
      first_offset bigint not null,
      next_offset bigint not null,
      epoch bigint not null default 1,
      owner text not null,
      -- End of the partition as the owner last saw it.
      high_water bigint not null default 0,
      duplicates bigint not null default 0,
      newest_event_at timestamptz,
      updated_at timestamptz not null default now(),
      last_error text,
      last_error_at timestamptz,
      primary key (projection, version, topic, partition)
    ) with (fillfactor = 20)`);
}

async function createDeadLetters(runner: QueryRunner): Promise<void> {
  // Key, headers and value as they came: text and jsonb could not hold every byte.
  await runner.query(`create table dead_letters (
      id bigint generated always as identity primary key,
      projection text not null,
      version int not null,
      topic text not null,
      partition int not null,
      "offset" bigint not null,
      key bytea not null,
      -- Place in the queue of its key: 1 is the event that failed, the others wait behind it.
      sequence int not null,
      event_id text,
      cause text not null,
      message text not null,
      headers json not null,
      value bytea not null,
      record_timestamp_ms bigint not null,
      attempts int not null default 1,
      first_seen timestamptz not null default now(),
      last_seen timestamptz not null default now(),
      unique (projection, version, topic, partition, "offset"),
      unique (projection, version, topic, key, sequence)
    )`);
  await runner.query('create index dead_letters_by_event on dead_letters (event_id)');
}
