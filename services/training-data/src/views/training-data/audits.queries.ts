import type { Audit } from '@picly/projections';

/** What must hold between the ratings, the labels made of them, and the features. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'labels-are-the-sums-of-the-ratings',
    sql: `select generation_id, g.rating_count, g.rating_sum, r.ratings as facts, r.stars as sum_of_facts
            from (select * from training_generations where rating_count <> 0 or rating_sum <> 0 or quality_count <> 0 or quality_sum <> 0) g
            full join (select generation_id, count(*) as ratings, sum(rating) as stars, count(quality_score) as qualities,
                              coalesce(sum(quality_score), 0) as quality, max(rated_at) as rated_at
                         from training_ratings group by 1) r using (generation_id)
           where (g.rating_count, g.rating_sum, g.quality_count, g.quality_sum, g.rated_at)
                 is distinct from (r.ratings, r.stars, r.qualities, r.quality, r.rated_at)`,
  },
  {
    name: 'features-come-with-their-prompt',
    sql: `select generation_id, prompt_hash, prompt_length, word_count, split from training_generations
           where num_nulls(prompt, prompt_hash, split, prompt_length, word_count, punctuation_count, style_keywords, quality_keywords) not in (0, 8)
              or prompt is not null and engine is null or prompt_length <> char_length(prompt)`,
  },
  {
    name: 'equal-prompts-are-in-one-split',
    sql: `select prompt_hash, array_agg(distinct split) as splits, count(*) as generations from training_generations
           where prompt_hash is not null group by 1 having count(distinct split) > 1`,
  },
];
