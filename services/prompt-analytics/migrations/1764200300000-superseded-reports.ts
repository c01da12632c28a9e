import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Prompts of reports that another report about the same generation replaced: a prompt may have been seen first in one of them. */
export class SupersededReports1764200300000 implements MigrationInterface {
  name = 'SupersededReports1764200300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table superseded_reports (
      generation_id uuid not null, seen_at timestamptz not null, log_offset int8 not null,
      prompt_hash text collate "C" not null, prompt text not null,
      primary key (generation_id, seen_at, log_offset)
    )`);
    await runner.query('create index superseded_reports_prompt on superseded_reports (prompt_hash)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table superseded_reports');
  }
}
