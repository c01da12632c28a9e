import { raterOf, type DecodedEvent } from '@picly/contracts';
import type { FoldSql } from '@picly/projections';
import { promptFeatures, promptHash } from '@picly/prompt-text';
import { splitOf } from './split';

type Generation = DecodedEvent<'generation-completed'>;
type Rating = DecodedEvent<'rating-submitted'>;

const isLater = (a: Generation | Rating, b: Generation | Rating | undefined): boolean =>
  b === undefined || a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.position.offset > b.position.offset);

function keepLater<T extends Generation | Rating>(latest: Map<string, T>, name: string, event: T): void {
  if (isLater(event, latest.get(name))) latest.set(name, event);
}

/** The reports of a batch that count: the last one per generation, and per generation and rater. */
export interface TrainingNews {
  readonly generationIds: readonly string[];
  readonly generations: ReadonlyMap<string, Generation>;
  readonly ratings: readonly Rating[];
}

export function readBatch(events: readonly (Generation | Rating)[]): TrainingNews {
  const generations = new Map<string, Generation>();
  const ratings = new Map<string, Rating>();
  const ids = new Set<string>();
  for (const event of events) {
    const id = event.data.generation_id.toLowerCase();
    ids.add(id);
    if (event.type === 'generation-completed') keepLater(generations, id, event);
    else keepLater(ratings, `${id} ${raterOf(event)}`, event);
  }
  return { generationIds: [...ids], generations, ratings: [...ratings.values()] };
}

/** What a model may learn from; nothing of it is kept of a prompt that is erased. */
function promptColumns(prompt: string | undefined): Record<string, unknown> {
  if (prompt === undefined) return {};
  const hash = promptHash(prompt);
  const features = promptFeatures(prompt);
  return {
    prompt,
    prompt_hash: hash,
    split: splitOf(hash),
    prompt_length: features.promptLength,
    word_count: features.wordCount,
    punctuation_count: features.punctuationCount,
    style_keywords: features.styleKeywords,
    quality_keywords: features.qualityKeywords,
  };
}

const generationRow = (id: string, event: Generation | undefined): Record<string, unknown> => ({
  generation_id: id,
  ...(event && {
    engine: event.data.engine,
    model_version: event.data.model_version ?? '',
    generated: event.data.success,
    generated_at: new Date(event.occurredAt),
    log_offset: event.position.offset,
    ...promptColumns(event.data.prompt),
  }),
});

const RECORD = `(generation_id uuid, engine text, model_version text, generated boolean, generated_at timestamptz, log_offset bigint,
  prompt text, prompt_hash text, split text, prompt_length int, word_count int, punctuation_count int, style_keywords text[], quality_keywords text[])`;

/** Writes the generations, or placeholders for ratings that came first; a conflict locks the row even where it keeps its values. */
export async function saveGenerations(sql: FoldSql, news: TrainingNews): Promise<void> {
  const rows = news.generationIds.map((id) => generationRow(id, news.generations.get(id)));
  await sql.query(
    `insert into training_generations as t (generation_id, engine, model_version, generated, generated_at, log_offset,
       prompt, prompt_hash, split, prompt_length, word_count, punctuation_count, style_keywords, quality_keywords)
     select x.* from json_to_recordset($1::json) as x${RECORD} order by generation_id
     on conflict (generation_id) do update set engine = excluded.engine, model_version = excluded.model_version,
       generated = excluded.generated, generated_at = excluded.generated_at, log_offset = excluded.log_offset,
       prompt = excluded.prompt, prompt_hash = excluded.prompt_hash, split = excluded.split,
       prompt_length = excluded.prompt_length, word_count = excluded.word_count, punctuation_count = excluded.punctuation_count,
       style_keywords = excluded.style_keywords, quality_keywords = excluded.quality_keywords
     where excluded.engine is not null
       and (t.engine is null or (excluded.generated_at, excluded.log_offset) > (t.generated_at, t.log_offset))`,
    [JSON.stringify(rows)],
    'training-data save generations',
  );
}

/** A second rating by the same rater replaces the first. The generations are locked. */
export async function saveRatings(sql: FoldSql, ratings: readonly Rating[]): Promise<void> {
  if (ratings.length === 0) return;
  const rows = ratings.map((event) => ({
    generation_id: event.data.generation_id,
    rater: raterOf(event),
    rating: event.data.rating,
    quality_score: event.data.quality_score,
    rated_at: new Date(event.occurredAt),
    log_offset: event.position.offset,
  }));
  await sql.query(
    `insert into training_ratings as t (generation_id, rater, rating, quality_score, rated_at, log_offset)
     select x.* from json_to_recordset($1::json)
       as x(generation_id uuid, rater text, rating smallint, quality_score numeric, rated_at timestamptz, log_offset bigint)
     on conflict (generation_id, rater) do update set rating = excluded.rating, quality_score = excluded.quality_score,
       rated_at = excluded.rated_at, log_offset = excluded.log_offset
     where (excluded.rated_at, excluded.log_offset) > (t.rated_at, t.log_offset)`,
    [JSON.stringify(rows)],
    'training-data save ratings',
  );
}

/** Recomputes the labels of the touched generations and numbers the changes in the order of commits. */
export async function relabel(sql: FoldSql, generationIds: readonly string[]): Promise<void> {
  await sql.query(
    `with counter as (
       insert into training_changes as t (single, last) values (true, $2)
       on conflict (single) do update set last = t.last + excluded.last returning last - $2 as base
     ),
     touched as (select id, row_number() over (order by id) as n from unnest($1::uuid[]) as id),
     labels as (
       select touched.id, touched.n, count(r.rating) as ratings, coalesce(sum(r.rating), 0) as stars,
         count(r.quality_score) as qualities, trim_scale(coalesce(sum(r.quality_score), 0)) as quality, max(r.rated_at) as rated_at
       from touched left join training_ratings r on r.generation_id = touched.id
       group by touched.id, touched.n
     )
     update training_generations g set rating_count = l.ratings, rating_sum = l.stars, quality_count = l.qualities,
       quality_sum = l.quality, rated_at = l.rated_at, change_no = counter.base + l.n
     from labels l, counter
     where g.generation_id = l.id`,
    [generationIds, generationIds.length],
    'training-data relabel',
  );
}
