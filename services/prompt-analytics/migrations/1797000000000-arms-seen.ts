import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which arm of an experiment each person saw first, and when. */
export class ArmsSeen1797000000000 implements MigrationInterface {
  name = 'ArmsSeen1797000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table arms_seen (
      user_id text not null,
      experiment text not null,
      variant text not null,
      seen_at timestamptz not null,
      log_offset bigint not null,
      primary key (user_id, experiment)
    ) with (fillfactor = 90)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table arms_seen');
  }
}
