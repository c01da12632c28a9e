import type { Audit } from '@picly/projections';

const RATINGS = 'r1 + r2 + r3 + r4 + r5';

/** What must hold between the facts and their tallies. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'engines-of-a-prompt-add-up-to-its-total',
    sql: `select prompt_hash, t.rating_count, e.rating_count as of_engines, t.generations, e.generations as generations_of_engines
            from prompt_totals t
            full join (select prompt_hash, sum(rating_count) as rating_count, sum(generations) as generations, sum(downloads) as downloads,
                                sum(quality_squares) as quality_squares from prompt_analytics group by 1) e using (prompt_hash)
           where (t.rating_count, t.generations, t.downloads, t.quality_squares)
                 is distinct from (e.rating_count, e.generations, e.downloads, e.quality_squares)`,
  },
  {
    name: 'prompts-count-every-generation',
    sql: `select prompt_hash, t.generations, g.generations as facts
            from (select prompt_hash, generations from prompt_totals where generations > 0) t
            full join (select prompt_hash, count(*) as generations from generations where known and prompt_hash is not null group by 1) g
                 using (prompt_hash)
           where t.generations is distinct from g.generations`,
  },
  {
    name: 'days-add-up-from-quarter-hours',
    sql: `select engine, model_version, min(n) as least, max(n) as most
            from (select engine, model_version, grain_minutes, sum(${RATINGS}) as n, sum(quality_squares) as squares
                    from rating_buckets group by 1, 2, 3) grains
           group by 1, 2 having min(n) <> max(n) or min(squares) <> max(squares)`,
  },
  {
    name: 'buckets-count-every-rating',
    sql: `select f.n as facts, b.n as in_buckets
            from (select count(*) as n from ratings) f,
                 (select coalesce(sum(${RATINGS}), 0) as n from rating_buckets where grain_minutes = 1440) b
           where f.n <> b.n`,
  },
  {
    name: 'times-to-rate-are-in-one-bin-each',
    sql: `select engine, model_version, grain_minutes, b.n as timed, t.n as in_bins
            from (select engine, model_version, grain_minutes, sum(timed_count) as n from rating_buckets group by 1, 2, 3) b
            left join (select engine, model_version, grain_minutes, sum(n) as n from time_to_rate_bins group by 1, 2, 3) t
                 using (engine, model_version, grain_minutes)
           where t.n is not null and b.n <> t.n`,
  },
];
