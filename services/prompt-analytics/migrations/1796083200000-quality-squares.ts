import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['prompt_totals', 'prompt_analytics', 'rating_buckets', 'tag_buckets'];

/** Sums of the squares of quality scores, in millionths of a squared point: what the spread of the scores is known by. */
export class QualitySquares1796083200000 implements MigrationInterface {
  name = 'QualitySquares1796083200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`alter table ${table} add column quality_squares int8 not null default 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`alter table ${table} drop column quality_squares`);
  }
}
