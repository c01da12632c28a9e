import type { Sql } from '@picly/database';
import { ratingCounters } from '../../figures/prompt-columns.queries';
import type { RatingCounters } from '../../figures/rating-figures';
import { medianSql, type MedianWithin } from './medians.queries';
import type { SummaryFilter } from './sums.queries';
import { ALWAYS } from './time-cover';

export interface PromptSums extends RatingCounters, MedianWithin {
  readonly prompt_hash: string;
  readonly prompt: string;
  readonly feedback_count: number;
  readonly timed_count: number;
}

const FIGURES = `${ratingCounters('r')},
  count(*) filter (where r.feedback <> '')::int as feedback_count, count(r.time_to_rate_ms)::int as timed_count,
  ${medianSql('r.time_to_rate_ms')}`;

/** The totals know which prompts have most ratings; only those of an open range do. */
function mostRated(engine: string | undefined): string {
  return engine === undefined
    ? 'select prompt_hash from picly.prompt_totals where rating_count > 0 order by rating_count desc, prompt_hash limit $3'
    : 'select prompt_hash from picly.prompt_analytics where engine = $4 and rating_count > 0 order by rating_count desc, prompt_hash limit $3';
}

/** The most rated prompts of a range, most rated first; computed from the ratings themselves. */
export async function promptSums(sql: Sql, { range, engine }: SummaryFilter, limit: number): Promise<PromptSums[]> {
  const isOpen = range.from === ALWAYS.from && range.to === ALWAYS.to;
  return sql.query<PromptSums>(
    `with figures as (
       select g.prompt_hash, ${FIGURES}
       from picly.ratings r join picly.generations g using (generation_id)
       where g.prompt_hash is not null and r.rated_at >= $1::timestamptz and r.rated_at < $2::timestamptz and ($4::text is null or g.engine = $4)
         ${isOpen ? `and g.prompt_hash = any (array(${mostRated(engine)}))` : ''}
       group by g.prompt_hash
       order by count(*) desc, g.prompt_hash limit $3
     )
     select figures.*, prompt from figures join picly.prompts using (prompt_hash) order by r1 + r2 + r3 + r4 + r5 desc, prompt_hash`,
    [new Date(range.from).toISOString(), new Date(range.to).toISOString(), limit, engine ?? null],
  );
}
