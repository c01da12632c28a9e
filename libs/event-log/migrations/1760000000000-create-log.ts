import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the Postgres log, in the schema `log`. */
export class CreateLog1760000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table topics (
      id int generated always as identity primary key,
      name text not null unique,
      partitions int not null check (partitions > 0),
      retention_ms bigint
    )`);
    // One row per partition hands out the offsets: its lock orders the commits. Room in the page keeps updates cheap (HOT).
    await runner.query(`create table partitions (
      topic_id int not null references topics,
      partition int not null,
      start_offset bigint not null default 0,
      next_offset bigint not null default 0,
      primary key (topic_id, partition)
    ) with (fillfactor = 20)`);
    // Key, headers and value are bytes: text could not hold a NUL. Headers are JSON in UTF-8.
    await runner.query(`create table records (
      topic_id int not null,
      partition int not null,
      "offset" bigint not null,
      timestamp_ms bigint not null,
      key bytea not null,
      headers bytea not null,
      value bytea not null,
      primary key (topic_id, partition, "offset")
    ) with (autovacuum_vacuum_insert_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.5)`);
    // Who reads what right now: rebuilt by the living within seconds, so a crash may empty it.
    await runner.query(`create unlogged table members (
      group_name text not null,
      member_id text not null,
      joined bigint generated always as identity,
      partitions int not null,
      session_timeout_ms int not null,
      heartbeat_at timestamptz not null,
      primary key (group_name, member_id)
    )`);
    await runner.query(`create unlogged table leases (
      group_name text not null,
      partition int not null,
      member_id text not null,
      primary key (group_name, partition)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table leases, members, records, partitions, topics');
  }
}
