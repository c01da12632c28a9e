import type { Sql } from '@picly/database';
import { decodeCursor, encodeCursor, pageOf, type ListPage } from '@picly/platform';
import { counterColumns, enginesOf } from '../../figures/prompt-columns.queries';
import { BEST_UNBANDED, LEAST_BANDED } from '../../figures/rank-bands';
import { promptFigures, type PromptFigures, type PromptRecord } from '../../figures/prompt-figures';

/** By what prompts can be ranked. */
export const PROMPT_SORTS = [
  'success_lower',
  'avg_rating',
  'rating_count',
  'quality',
  'download_rate',
  'share_rate',
  'generations',
  'recent',
] as const;
export type PromptSort = (typeof PROMPT_SORTS)[number];

export interface TopPromptsFilter {
  readonly engine?: string;
  readonly minRatings: number;
  readonly limit: number;
  readonly sort: PromptSort;
  readonly cursor?: string;
}

/** The value a sort ranks by, highest first; what has none comes last. */
const RANK: Readonly<Record<PromptSort, string>> = {
  success_lower: 't.success_lower',
  avg_rating: 'coalesce((t.r1 + 2 * t.r2 + 3 * t.r3 + 4 * t.r4 + 5 * t.r5)::float8 / nullif(t.rating_count, 0), -1)',
  rating_count: 't.rating_count',
  quality: 'coalesce(t.quality_nanos::float8 / nullif(t.quality_count, 0), -1)',
  download_rate: 't.downloaded::float8 / t.generations',
  share_rate: 't.shared::float8 / t.generations',
  generations: 't.generations',
  recent: 'p.first_seen_at',
};

type Ranked = PromptRecord & { readonly rank: number | Date };

/** Which prompts the page is taken from. */
function conditionsOf({ engine, sort, cursor }: TopPromptsFilter, banded: boolean): string {
  const rank = RANK[sort];
  const place = sort === 'recent' ? '$4::timestamptz' : '$4::float8';
  return [
    't.rating_count >= $1',
    banded && 't.rank_band >= 0',
    engine !== undefined && 't.engine = $3',
    cursor !== undefined && `(${rank} < ${place} or (${rank} = ${place} and t.prompt_hash > $5))`,
    cursor !== undefined && banded && 't.rank_band <= floor($4::float8 * 20)',
    `num_nulls($3::text, ${place}, $5::text) >= 0`,
  ]
    .filter((condition) => condition !== false)
    .join(' and ');
}

function topPromptsSql(filter: TopPromptsFilter): string {
  const { engine, minRatings, sort } = filter;
  const banded = sort === 'success_lower' && minRatings >= LEAST_BANDED;
  return `with page as materialized (
      select t.prompt_hash, ${RANK[sort]} as rank, ${counterColumns('t')}
      from picly.${engine === undefined ? 'prompt_totals' : 'prompt_analytics'} t ${sort === 'recent' ? 'join picly.prompts p using (prompt_hash)' : ''}
      where ${conditionsOf(filter, banded)}
      order by ${banded ? 't.rank_band desc, ' : ''}${RANK[sort]} desc, t.prompt_hash limit $2
    )
    select page.*, p.prompt, p.first_seen_at, ${enginesOf('page.prompt_hash')}
    from page join picly.prompts p using (prompt_hash) order by page.rank desc, page.prompt_hash`;
}

const placeOf = (rank: Ranked['rank']): string => (rank instanceof Date ? rank.toISOString() : String(rank));

function placeBehind({ cursor, sort }: TopPromptsFilter): readonly [string | null, string | null] {
  if (cursor === undefined) return [null, null];
  const [place, hash] = decodeCursor(cursor, ['string', 'string']);
  const isPlace = sort === 'recent' ? Number.isFinite(Date.parse(place)) : Number.isFinite(Number(place));
  return [isPlace ? place : null, hash];
}

/** The prompts that people like best, by a bound that few votes cannot push up. */
export class TopPromptsQueries {
  constructor(private readonly sql: Sql) {}

  async top(filter: TopPromptsFilter): Promise<ListPage<PromptFigures> & { readonly rows: readonly PromptFigures[] }> {
    const { limit } = filter;
    const rows = await this.ranked(filter);
    const page = pageOf(rows, limit, (last) => encodeCursor([placeOf(last.rank), last.prompt_hash]));
    return { rows: rows.slice(0, limit).map(promptFigures), nextCursor: page.nextCursor };
  }

  /** One row more than asked for. Fewer ratings than the bands know are only looked at where they could make a difference. */
  private async ranked(filter: TopPromptsFilter): Promise<Ranked[]> {
    if (filter.sort !== 'success_lower' || filter.minRatings >= LEAST_BANDED) return this.read(filter);
    const banded = await this.read({ ...filter, minRatings: LEAST_BANDED });
    const worst = banded.length > filter.limit ? banded.at(-1)?.rank : undefined;
    return typeof worst === 'number' && worst > BEST_UNBANDED ? banded : this.read(filter);
  }

  private read(filter: TopPromptsFilter): Promise<Ranked[]> {
    const { engine, minRatings, limit } = filter;
    return this.sql.query<Ranked>(topPromptsSql(filter), [minRatings, limit + 1, engine ?? null, ...placeBehind(filter)]);
  }
}
