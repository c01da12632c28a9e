import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who saw which arm first, and what people did that metrics count. */
export class Experiments1763798400004 implements MigrationInterface {
  name = 'Experiments1763798400004';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['ab_experiments', 'experiment_units', 'conversions']) await runner.query(`drop table ${table}`);
  }
}

const STATEMENTS = [
  `create table ab_experiments (
    experiment text primary key,
    first_exposure_at timestamptz not null,
    last_exposure_at timestamptz not null,
    exposures bigint not null,
    units bigint not null,
    arms text[] not null
  ) with (fillfactor = 60)`,
  // A unit is a person; its arm is the one seen first. The empty arm is an exposure that named none.
  `create table experiment_units (
    experiment text not null,
    unit text not null,
    arm text not null,
    first_exposure_at timestamptz not null,
    log_offset bigint not null,
    exposures bigint not null,
    arms text[] not null,
    primary key (experiment, unit)
  ) with (fillfactor = 80)`,
  `create table conversions (
    event_id uuid primary key,
    experiment text,
    metric text not null,
    unit text not null,
    value numeric not null,
    occurred_at timestamptz not null
  )`,
  'create index conversions_by_unit on conversions (unit, occurred_at)',
  'create index conversions_by_experiment on conversions (experiment) where experiment is not null',
];
