import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasures under way and their receipts. What names the person is only there until the erasure is done. */
export class CreateErasures1764200400000 implements MigrationInterface {
  readonly name = 'CreateErasures1764200400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table erasure_parts, erasure_parked, erasure_fences, erasure_records, erasure_names, erasures');
  }
}

const STATEMENTS = [
  `create table erasures (
    id uuid primary key,
    -- Keyed hash of the person: tells two erasures of one person, and nothing to who does not know the name already.
    person text not null,
    state text not null default 'collecting'
      check (state in ('collecting', 'destroying', 'listing', 'cleaning', 'settling', 'done')),
    scrub boolean not null,
    requested_at timestamptz not null default now(),
    finished_at timestamptz,
    keys_as_of bigint,
    receipt jsonb not null default '{}',
    last_error text,
    owner text,
    lease_until timestamptz
  )`,
  'create unique index erasures_under_way on erasures (person) where finished_at is null',
  'create index erasures_by_time on erasures (requested_at desc, id)',
  `create table erasure_names (
    erasure uuid not null references erasures,
    name text not null,
    -- Of the key once it is destroyed; null where there was none.
    ref uuid,
    primary key (erasure, name)
  )`,
  `create table erasure_records (
    erasure uuid not null references erasures,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    key text not null,
    headers json not null,
    value bytea not null,
    record_timestamp_ms bigint not null,
    primary key (erasure, topic, partition, "offset")
  )`,
  // How far each version had folded when the keys were destroyed: what lies behind was folded without them.
  `create table erasure_fences (
    erasure uuid not null references erasures,
    projection text not null,
    version int not null,
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    primary key (erasure, projection, version, topic, partition)
  )`,
  // What was put aside at that moment: it was not folded with them, and comes without them when it is replayed.
  `create table erasure_parked (
    erasure uuid not null references erasures,
    projection text not null,
    version int not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    primary key (erasure, projection, version, topic, partition, "offset")
  )`,
  `create table erasure_parts (
    erasure uuid not null references erasures,
    projection text not null,
    version int not null,
    outcome text check (outcome in ('refolded', 'untouched', 'dropped', 'gone')),
    events int not null default 0,
    touched jsonb not null default '{}',
    primary key (erasure, projection, version)
  )`,
];
