import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has been erased, in a form that recognises a name it is shown and tells none. */
export class CreateErasedPersons1764200000000 implements MigrationInterface {
  readonly name = 'CreateErasedPersons1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table erased_refs, erased_subjects');
    await runner.query('drop function person_hash(text)');
    await runner.query('drop table erasure_secret');
  }
}

const STATEMENTS = [
  `create table erasure_secret (only_row boolean primary key default true check (only_row), secret bytea not null)`,
  // Two random UUIDs are 244 random bits.
  `insert into erasure_secret (secret)
   select decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')`,
  // Keyed, so that a list of names cannot be tried against the hashes without this database.
  `create function person_hash(subject text) returns bytea language sql stable as $$
     select sha256(s.secret || sha256(s.secret || convert_to(subject, 'UTF8'))) from runtime.erasure_secret s
   $$`,
  `create table erased_subjects (
    hash bytea primary key,
    erased_at timestamptz not null default now()
  )`,
  // Pseudonyms whose key is destroyed: a key that comes back with a backup is thrown away again.
  `create table erased_refs (
    ref uuid primary key,
    erased_at timestamptz not null default now()
  )`,
];
