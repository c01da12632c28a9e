import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['model_performance', 'model_performance_slots'];

/** Sums of the squares of quality scores, in millionths of a squared point: what the spread of the scores is known by. */
export class QualitySquares1796083200001 implements MigrationInterface {
  name = 'QualitySquares1796083200001';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`alter table ${table} add column quality_squares bigint not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`alter table ${table} drop column quality_squares`);
  }
}
