import type { Sql } from '@picly/database';
import { actionFigures, type ActionFigures } from '../../figures/action-figures';
import { counterColumns, enginesOf, ratingCounters } from '../../figures/prompt-columns.queries';
import { promptFigures, type PromptCounters, type PromptFigures, type PromptRecord } from '../../figures/prompt-figures';
import { ratingFigures, starsInterval, type RatingCounters, type RatingFigures } from '../../figures/rating-figures';
import { selectKeys, type GroupSource, type WeekStart } from '../summary/grouping.queries';

interface TagFigures extends Pick<RatingFigures, 'avg_rating' | 'avg_rating_lower' | 'avg_rating_upper'> {
  readonly tag: string;
  readonly count: number;
}

export interface PromptAnswer extends PromptFigures {
  /** Ratings that carry the tag, most first. */
  readonly tags: readonly TagFigures[];
  /** Ratings by the week they were given in, named by its first day. */
  readonly trend: readonly ({ readonly week: string } & RatingFigures)[];
  readonly per_engine: readonly ({ readonly engine: string } & RatingFigures & ActionFigures)[];
}

/** Which weeks: of which zone, and what day they begin with. */
export interface Weeks {
  readonly timeZone: string;
  readonly weekStart: WeekStart;
}

const RATED_AT: GroupSource = {
  engine: 'null',
  modelVersion: 'null',
  local: '(r.rated_at at time zone $2)',
  tag: 'null',
  promptHash: 'null',
};
const RATINGS_OF_PROMPT = `from picly.generations g join picly.ratings r using (generation_id) where g.prompt_hash = $1`;

/** Everything known of one prompt. */
export class PromptQueries {
  constructor(private readonly sql: Sql) {}

  /** Undefined when no generation has this prompt. */
  async byHash(promptHash: string, weeks: Weeks = { timeZone: 'UTC', weekStart: 'monday' }): Promise<PromptAnswer | undefined> {
    const [record] = await this.sql.query<PromptRecord>(
      `select p.prompt, p.prompt_hash, p.first_seen_at, ${enginesOf('p.prompt_hash')}, ${counterColumns('t')}
       from picly.prompts p join picly.prompt_totals t using (prompt_hash) where p.prompt_hash = $1`,
      [promptHash],
      'prompt:totals',
    );
    if (!record) return undefined;
    const [tags, trend, engines] = await Promise.all([this.tags(promptHash), this.trend(promptHash, weeks), this.engines(promptHash)]);
    return { ...promptFigures(record), tags, trend, per_engine: engines };
  }

  private async tags(promptHash: string): Promise<TagFigures[]> {
    const rows = await this.sql.query<{ readonly tag: string; readonly count: number; readonly sum: number; readonly squares: number }>(
      `select t.tag, count(*)::int as count, sum(rating)::int as sum, sum(rating * rating)::int as squares
       from (select r.rating, r.tags ${RATINGS_OF_PROMPT}) rated cross join unnest(rated.tags) as t (tag) group by 1 order by 2 desc, 1`,
      [promptHash],
      'prompt:tags',
    );
    return rows.map(({ tag, count, sum, squares }) => {
      const [lower, upper] = starsInterval(count, sum, squares);
      return { tag, count, avg_rating: sum / count, avg_rating_lower: lower, avg_rating_upper: upper };
    });
  }

  private async trend(promptHash: string, { timeZone, weekStart }: Weeks): Promise<({ week: string } & RatingFigures)[]> {
    const rows = await this.sql.query<RatingCounters & { readonly week: string }>(
      `select ${selectKeys('week', RATED_AT, weekStart)}${ratingCounters('r')}
       ${RATINGS_OF_PROMPT} group by 1 order by 1`,
      [promptHash, timeZone],
      `prompt:trend:${weekStart}`,
    );
    return rows.map((row) => ({ week: row.week, ...ratingFigures(row) }));
  }

  private async engines(promptHash: string): Promise<PromptAnswer['per_engine']> {
    const rows = await this.sql.query<PromptCounters & { readonly engine: string }>(
      `select a.engine, ${counterColumns('a')} from picly.prompt_analytics a where a.prompt_hash = $1 order by a.engine`,
      [promptHash],
      'prompt:engines',
    );
    return rows.map((row) => ({ engine: row.engine, ...ratingFigures(row), ...actionFigures(row) }));
  }
}
