import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Generations with the features of their prompt and the labels their raters gave. */
export class TrainingData1763798400001 implements MigrationInterface {
  name = 'TrainingData1763798400001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view ml_training_data');
    for (const table of ['training_generations', 'training_ratings', 'training_changes']) await runner.query(`drop table ${table}`);
  }
}

const STATEMENTS = [
  // Without an engine a row only holds the place of a generation that was rated before it was heard of.
  `create table training_generations (
    generation_id uuid primary key,
    engine text,
    model_version text,
    generated boolean,
    generated_at timestamptz,
    log_offset bigint,
    prompt text,
    prompt_hash text,
    split text,
    prompt_length integer,
    word_count integer,
    punctuation_count integer,
    style_keywords text[],
    quality_keywords text[],
    rating_sum bigint not null default 0,
    rating_count bigint not null default 0,
    quality_sum numeric not null default 0,
    quality_count bigint not null default 0,
    rated_at timestamptz,
    change_no bigint
  ) with (fillfactor = 80)`,
  `create index training_generations_by_change on training_generations (change_no)
    where rating_count > 0 and prompt_hash is not null`,
  `create table training_ratings (
    generation_id uuid not null,
    rater text not null,
    rating smallint not null,
    quality_score numeric,
    rated_at timestamptz not null,
    log_offset bigint not null,
    primary key (generation_id, rater)
  ) with (fillfactor = 90)`,
  // One row: numbers drawn from it follow the order of commits, so that a reader who goes by them never skips a late commit.
  'create table training_changes (single boolean primary key check (single), last bigint not null)',
  `create view ml_training_data as
    select generation_id, prompt, prompt_hash, engine, nullif(model_version, '') as model_version,
      prompt_length, word_count, punctuation_count,
      style_keywords, cardinality(style_keywords) as style_keyword_count, cardinality(style_keywords) > 0 as has_style_keywords,
      quality_keywords, cardinality(quality_keywords) as quality_keyword_count, cardinality(quality_keywords) > 0 as has_quality_keywords,
      rating_sum::float8 / rating_count as rating, rating_count,
      quality_sum::float8 / nullif(quality_count, 0) as quality_score, quality_count,
      rating_sum >= 4 * rating_count as success, generated, split, rated_at, change_no
    from training_generations
    where rating_count > 0 and prompt_hash is not null`,
];
