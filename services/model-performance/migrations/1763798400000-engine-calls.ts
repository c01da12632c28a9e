import type { MigrationInterface, QueryRunner } from 'typeorm';

const TOTALS = `
  calls bigint not null,
  successes bigint not null,
  failures bigint not null,
  cost_micros bigint not null,
  revenue_micros bigint not null,
  r1 bigint not null,
  r2 bigint not null,
  r3 bigint not null,
  r4 bigint not null,
  r5 bigint not null,
  quality_sum numeric not null,
  quality_count bigint not null,
  rated_calls bigint not null,
  rated_cost_micros bigint not null,
  well_rated_calls bigint not null`;

/** The engine calls, their ratings, and sums of both by time, engine, model version and currency. */
export class EngineCalls1763798400000 implements MigrationInterface {
  name = 'EngineCalls1763798400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...FACTS, ...SUMS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'duration_histogram_months',
      'duration_histogram',
      'failure_cause_slots',
      'failure_causes',
      'model_performance_slots',
      'model_performance',
      'call_ratings',
      'calls',
    ]) {
      await runner.query(`drop table ${table}`);
    }
  }
}

const FACTS = [
  // Without an engine a row only holds the place of a generation that was rated before it was heard of.
  `create table calls (
    call_id uuid not null,
    is_generation boolean not null,
    engine text,
    model_version text,
    occurred_at timestamptz,
    success boolean,
    failure_cause text,
    response_time_ms bigint,
    duration_bin integer,
    cost_micros bigint,
    revenue_micros bigint,
    currency text,
    log_offset bigint,
    primary key (call_id, is_generation)
  ) with (fillfactor = 90)`,
  'create index calls_by_time on calls (occurred_at) include (engine, model_version, duration_bin) where engine is not null',
  `create index calls_by_duration on calls (engine, model_version, duration_bin, response_time_ms) include (occurred_at)
    where engine is not null`,
  `create table call_ratings (
    generation_id uuid not null,
    rater text not null,
    rating smallint not null,
    quality_score numeric,
    rated_at timestamptz not null,
    log_offset bigint not null,
    primary key (generation_id, rater)
  ) with (fillfactor = 90)`,
];

const SUMS = [
  `create table model_performance (
    day date not null,
    engine text not null,
    model_version text not null,
    currency text not null,
    ${TOTALS},
    primary key (day, engine, model_version, currency)
  ) with (fillfactor = 50)`,
  `create table model_performance_slots (
    slot timestamptz not null,
    engine text not null,
    model_version text not null,
    currency text not null,
    ${TOTALS},
    primary key (slot, engine, model_version, currency)
  ) with (fillfactor = 70)`,
  `create table failure_causes (
    day date not null,
    engine text not null,
    model_version text not null,
    cause text not null,
    n bigint not null,
    primary key (day, engine, model_version, cause)
  ) with (fillfactor = 70)`,
  `create table failure_cause_slots (
    slot timestamptz not null,
    engine text not null,
    model_version text not null,
    cause text not null,
    n bigint not null,
    primary key (slot, engine, model_version, cause)
  ) with (fillfactor = 70)`,
  `create table duration_histogram_months (
    month date not null,
    engine text not null,
    model_version text not null,
    bin integer not null,
    n bigint not null,
    primary key (month, engine, model_version, bin)
  ) with (fillfactor = 50)`,
  `create table duration_histogram (
    day date not null,
    engine text not null,
    model_version text not null,
    bin integer not null,
    n bigint not null,
    primary key (day, engine, model_version, bin)
  ) with (fillfactor = 70)`,
];
