import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nothing that was decoded before so many keys had been destroyed may be folded any more. */
export class FenceOfErasedKeys1764200100000 implements MigrationInterface {
  readonly name = 'FenceOfErasedKeys1764200100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table checkpoints add column keys_as_of bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table checkpoints drop column keys_as_of');
  }
}
