import type { DecodedEvent } from '@picly/contracts';
import { defineProjection, PoisonEventError, type FoldSql, type MigrationClass } from '@picly/projections';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateToy1760000900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table toy_facts (
      generation_id uuid primary key,
      engine text,
      rating int check (rating between 1 and 5),
      rated_at_ms bigint not null default 0,
      log_offset bigint not null default -1
    )`);
    await runner.query(
      'create table toy_engines (engine text primary key, generations int not null, ratings int not null, stars int not null)',
    );
    await runner.query('create view toy_means as select engine, stars::numeric / nullif(ratings, 0) as mean from toy_engines');
  }

  async down(): Promise<void> {}
}

type ToyEvent = DecodedEvent<'rating-submitted' | 'generation-completed'>;

interface Fact {
  engine: string | null;
  rating: number | null;
  rated_at_ms: number;
  log_offset: number;
}

interface FactRow extends Fact {
  readonly generation_id: string;
}

/** A rating that `toyProjection` refuses itself; one above 5 is refused by its table. */
export const TOY_POISON_QUALITY = 66.6;

async function fold(events: readonly ToyEvent[], sql: FoldSql): Promise<void> {
  const ids = [...new Set(events.map((event) => event.data.generation_id))].sort();
  await sql.query('insert into toy_facts (generation_id) select * from unnest($1::uuid[]) on conflict do nothing', [ids], 'placeholders');
  const rows = await sql.query<FactRow>(
    'select * from toy_facts where generation_id = any($1) order by generation_id for update',
    [ids],
    'lock',
  );
  const before = new Map(rows.map((row) => [row.generation_id, row]));
  const after = new Map(rows.map((row) => [row.generation_id, { ...row }]));
  for (const event of events) {
    const fact = after.get(event.data.generation_id);
    if (fact) apply(fact, event);
  }
  const facts = [...after.values()];
  await sql.query(
    `update toy_facts f set engine = g.engine, rating = g.rating, rated_at_ms = g.at, log_offset = g.log_offset
       from unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::bigint[]) as g(id, engine, rating, at, log_offset)
      where f.generation_id = g.id`,
    [ids, ...(['engine', 'rating', 'rated_at_ms', 'log_offset'] as const).map((name) => ids.map((id) => after.get(id)?.[name] ?? null))],
    'facts',
  );
  await addToEngines(sql, [...before.values()], facts);
}

function apply(fact: Fact, event: ToyEvent): void {
  if (event.type === 'generation-completed') {
    fact.engine = event.data.engine;
    return;
  }
  if (event.data.quality_score === TOY_POISON_QUALITY) throw new PoisonEventError('TOY_POISON', 'the quality is poison');
  const later = event.occurredAt - fact.rated_at_ms || event.position.offset - fact.log_offset;
  if (later <= 0) return;
  fact.rating = event.data.rating;
  fact.rated_at_ms = event.occurredAt;
  fact.log_offset = event.position.offset;
}

async function addToEngines(sql: FoldSql, before: readonly Fact[], after: readonly Fact[]): Promise<void> {
  const deltas = new Map<string, [number, number, number]>();
  const count = (sign: number, { engine, rating }: Fact): void => {
    if (engine === null) return;
    const delta = deltas.get(engine) ?? [0, 0, 0];
    deltas.set(engine, [delta[0] + sign, delta[1] + (rating === null ? 0 : sign), delta[2] + sign * (rating ?? 0)]);
  };
  for (const fact of before) count(-1, fact);
  for (const fact of after) count(1, fact);
  const engines = [...deltas.keys()].sort();
  await sql.query(
    `insert into toy_engines as t (engine, generations, ratings, stars)
     select * from unnest($1::text[], $2::int[], $3::int[], $4::int[])
     on conflict (engine) do update set generations = t.generations + excluded.generations,
       ratings = t.ratings + excluded.ratings, stars = t.stars + excluded.stars`,
    [engines, ...[0, 1, 2].map((i) => engines.map((engine) => deltas.get(engine)?.[i] ?? 0))],
    'engines',
  );
}

const migrations: readonly MigrationClass[] = [CreateToy1760000900000];

/** The smallest projection with everything that is hard: the latest rating wins, totals per engine, a rating may precede its generation. */
export const toyProjection = defineProjection({
  name: 'toy',
  version: 1,
  events: ['rating-submitted', 'generation-completed'],
  tables: [
    { name: 'toy_facts', key: ['generation_id'], except: ['log_offset'] },
    { name: 'toy_engines', key: ['engine'] },
  ],
  sqlViews: ['toy_means'],
  migrations,
  fold,
});
