import type { ErasedEvent, FoldSql } from '@picly/projections';

/** Leaves only the places of generations that stand as these events reported them, and takes the ratings of these people away. */
export async function unfoldExamples(
  erased: readonly ErasedEvent<'generation-completed' | 'rating-submitted'>[],
  sql: FoldSql,
): Promise<void> {
  const reports = erased.filter(({ event }) => event.type === 'generation-completed').map(({ event }) => event);
  await sql.query(
    `update training_generations g set engine = null, model_version = null, generated = null, generated_at = null, log_offset = null,
       prompt = null, prompt_hash = null, split = null, prompt_length = null, word_count = null, punctuation_count = null,
       style_keywords = null, quality_keywords = null
     from unnest($1::uuid[], $2::float8[], $3::bigint[]) as k(generation_id, at, log_offset)
     where g.generation_id = k.generation_id and g.generated_at = to_timestamp(k.at / 1000) and g.log_offset = k.log_offset`,
    [
      reports.map((event) => event.data.generation_id),
      reports.map((event) => event.occurredAt),
      reports.map((event) => event.position.offset),
    ],
  );
  const ratings = erased.filter(({ event, rater }) => event.type === 'rating-submitted' && rater !== '');
  await sql.query(
    `delete from training_ratings r using unnest($1::uuid[], $2::text[]) as k(generation_id, rater)
     where r.generation_id = k.generation_id and r.rater = k.rater`,
    [ratings.map(({ event }) => event.data.generation_id), ratings.map(({ rater }) => rater)],
  );
}
