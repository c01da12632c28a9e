import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums beside `n` of units whose value is in one bin; a part of `STAT_SUMS`. */
export const BIN_SUMS = ['sum', 'sum_squares', 'pre_sum', 'pre_sum_squares', 'post_pre_sum'] as const;

/** Sums by the size of what units count for, so that those above any percentile can be capped. Of metrics that ask for it, by day. */
export class ValueBins1796083200002 implements MigrationInterface {
  name = 'ValueBins1796083200002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table experiment_value_bins (
      experiment text not null,
      phase int not null,
      metric text not null,
      arm text not null,
      bucket timestamptz not null,
      bin int not null,
      n bigint not null,
      ${BIN_SUMS.map((name) => `${name} numeric not null`).join(', ')},
      primary key (experiment, metric, arm, phase, bucket, bin)
    ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table experiment_value_bins');
  }
}
