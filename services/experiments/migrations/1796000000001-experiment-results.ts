import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums beside `n` that two arms are compared by; integers: amounts in millionths, squares in their squares. */
export const STAT_SUMS = [
  'sum',
  'sum_squares',
  'denominator_sum',
  'denominator_sum_squares',
  'numerator_denominator_sum',
  'pre_sum',
  'pre_sum_squares',
  'post_pre_sum',
  'pre_denominator_sum',
  'pre_denominator_sum_squares',
  'pre_numerator_denominator_sum',
  'post_numerator_pre_denominator_sum',
  'post_denominator_pre_numerator_sum',
  'post_denominator_pre_denominator_sum',
] as const;

const TABLES = [
  'experiment_definitions',
  'experiment_subjects',
  'experiment_facts',
  'experiment_stats',
  'experiment_bins',
  'experiment_verdicts',
];

const STATEMENTS = [
  `create table experiment_definitions (
    experiment text not null,
    revision int not null,
    change text not null,
    state text not null,
    author text not null,
    reason text,
    arm text,
    definition jsonb not null,
    changed_ms bigint not null,
    primary key (experiment, revision)
  )`,
  `create table experiment_verdicts (
    event_id uuid primary key,
    experiment text not null,
    revision int not null,
    verdict text not null,
    arm text,
    reasons text[] not null,
    figures_as_of timestamptz not null,
    acted boolean not null,
    decided_at timestamptz not null
  )`,
  'create index experiment_verdicts_by_experiment on experiment_verdicts (experiment, decided_at)',
  // Everybody who ever did something; the row is what instances lock before they count for a subject.
  `create table experiment_subjects (
    subject text primary key,
    first_seen_ms bigint not null,
    exposed boolean not null
  ) with (fillfactor = 80)`,
  // What a subject did, one row per event (two when the event names a person and a visit). Amounts in millionths.
  `create table experiment_facts (
    subject text not null,
    event_id uuid not null,
    at_ms bigint not null,
    log_offset bigint not null,
    kind text not null,
    experiment text,
    name text,
    ref uuid,
    ok boolean,
    a_micros bigint,
    b_micros bigint,
    c_micros bigint,
    currency text,
    attributes jsonb,
    primary key (event_id, subject)
  )`,
  'create index experiment_facts_by_subject on experiment_facts (subject)',
  `create index experiment_exposures on experiment_facts (experiment, subject) where kind = 'exposure'`,
  // What changed in a stretch of time: sums over the stretches up to a moment are the figures as of that moment.
  `create table experiment_stats (
    experiment text not null,
    phase int not null,
    metric text not null,
    arm text not null,
    dimension text not null,
    segment text not null,
    bucket timestamptz not null,
    n bigint not null,
    ${STAT_SUMS.map((name) => `${name} numeric not null`).join(', ')},
    primary key (experiment, dimension, metric, arm, segment, phase, bucket)
  ) with (fillfactor = 70)`,
  // Log histograms of single events, for quantiles.
  `create table experiment_bins (
    experiment text not null,
    metric text not null,
    arm text not null,
    bucket timestamptz not null,
    bin int not null,
    n bigint not null,
    primary key (experiment, metric, arm, bucket, bin)
  ) with (fillfactor = 80)`,
];

/** Facts of units, and the sums that results are read from. */
export class ExperimentResults1796000000001 implements MigrationInterface {
  name = 'ExperimentResults1796000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await runner.query(`drop table ${table}`);
  }
}
