import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BUCKET_TABLES, FACT_TABLES, PROMPT_TABLES, VIEWS } from './tables';

export class CreatePromptAnalytics1732262400000 implements MigrationInterface {
  readonly name = 'CreatePromptAnalytics1732262400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...FACT_TABLES, ...PROMPT_TABLES, ...BUCKET_TABLES, ...VIEWS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view rating_history, generation_ratings');
    await runner.query(
      `drop table time_to_rate_bins, tag_buckets, rating_buckets, term_frequency, prompt_analytics, prompt_totals, prompts,
       generation_actions, superseded_ratings, ratings, generations`,
    );
  }
}
