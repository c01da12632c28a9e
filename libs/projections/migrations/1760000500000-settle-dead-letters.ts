import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people decide about dead letters, for every version to come, and the work that follows from it. */
export class SettleDeadLetters1760000500000 implements MigrationInterface {
  readonly name = 'SettleDeadLetters1760000500000';

  async up(runner: QueryRunner): Promise<void> {
    await sortByCause(runner);
    await createHistory(runner);
    await createJobs(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dead_letter_jobs, dead_letter_history');
    await runner.query('alter table dead_letters drop column code');
  }
}

async function sortByCause(runner: QueryRunner): Promise<void> {
  // `cause` is the kind of trouble from now on, `code` the very reason.
  await runner.query('alter table dead_letters add column code text');
  await runner.query('update dead_letters set code = cause');
  await runner.query(`update dead_letters set cause = case
    when code in ('ENVELOPE_INVALID', 'EVENT_BODY_INVALID') then 'undecodable'
    when code = 'EVENT_TYPE_UNKNOWN' then 'unknown_type'
    when code = 'EVENT_VERSION_UNKNOWN' then 'unsupported_version'
    when code = 'UPCAST_FAILED' then 'upcast_failed'
    when code like 'SEAL\\_%' then 'seal_broken'
    when code = 'BEHIND_DEAD_LETTER' then 'behind'
    when code = 'FOLD_FAILED' then 'fold_failed'
    when code like 'SQL\\_%' then 'database_rejected'
    else 'fold_rejected' end`);
  await runner.query('alter table dead_letters alter column code set not null');
}

async function createHistory(runner: QueryRunner): Promise<void> {
  // Append-only. A fix or discard holds for the event at its place, in every version of the projection; the latest counts.
  await runner.query(`create table dead_letter_history (
    id bigint generated always as identity primary key,
    projection text not null,
    version int not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    event_id text,
    letter_id bigint not null,
    action text not null check (action in ('fix', 'replay', 'discard')),
    -- Why it was parked.
    cause text not null,
    code text not null,
    author text not null,
    reason text,
    at timestamptz not null default clock_timestamp(),
    -- The event as it came, kept for good by fix and discard.
    key bytea,
    headers json,
    value bytea,
    record_timestamp_ms bigint,
    -- What stands in its place since it was fixed.
    fixed_headers json,
    fixed_value bytea,
    check ((action = 'fix') = (fixed_value is not null))
  )`);
  await runner.query(
    `create index dead_letter_decisions on dead_letter_history (projection, topic, partition, "offset") where action <> 'replay'`,
  );
  await runner.query('create index dead_letter_history_by_event on dead_letter_history (event_id)');
}

async function createJobs(runner: QueryRunner): Promise<void> {
  await runner.query(`create table dead_letter_jobs (
    id bigint generated always as identity primary key,
    projection text not null,
    version int not null,
    action text not null check (action in ('fix', 'replay', 'discard')),
    letters bigint[] not null,
    done int not null default 0,
    author text not null,
    reason text,
    fixed_headers json,
    fixed_value bytea,
    folded int not null default 0,
    duplicates int not null default 0,
    discarded int not null default 0,
    failures jsonb not null default '[]',
    requested_at timestamptz not null default now(),
    finished_at timestamptz
  )`);
  await runner.query('create index dead_letter_jobs_open on dead_letter_jobs (id) where finished_at is null');
}
