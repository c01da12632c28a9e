import type { Sql } from '@picly/database';
import { STYLE_KEYWORDS } from '@picly/prompt-text';
import type { Range } from '../summary/time-cover';

/** What one engine made of the prompts of one kind, paid in one currency. */
export interface KindSums {
  /** A style as it is listed in libs/prompt-text; empty = no listed style is named. */
  readonly kind: string;
  readonly engine: string;
  readonly currency: string;
  readonly calls: number;
  readonly pictures: number;
  readonly cost_micros: number | string;
  readonly rating_count: number;
  readonly rating_sum: number;
  readonly rating_squares: number;
  readonly success_count: number;
}

export interface KindsFilter {
  readonly range: Range;
  readonly engine?: string;
}

const TERMS = STYLE_KEYWORDS.map((style) => style.replaceAll(' ', '_'));

const MADE = `g.known and g.prompt_hash is not null and g.occurred_at >= $1::timestamptz and g.occurred_at < $2::timestamptz
  and ($3::text is null or g.engine = $3)`;

/** Sums by prompt first, as there are fewer prompts than generations, and of each prompt its kinds. */
const SQL = `with made as (
    select prompt_hash, engine, currency, sum(calls)::int8 as calls, sum(pictures)::int8 as pictures, sum(cost_micros) as cost_micros,
      sum(ratings)::int8 as ratings, sum(stars)::int8 as stars, sum(stars * stars)::int8 as squares, sum(good)::int8 as good
    from (
      select g.prompt_hash, g.engine, g.currency, 1 as calls, g.success::int as pictures, g.cost_micros, 0 as ratings, 0 as stars, 0 as good
      from picly.generations g where ${MADE}
      union all
      select g.prompt_hash, g.engine, g.currency, 0, 0, 0, 1, r.rating, (r.rating >= 4)::int
      from picly.ratings r join picly.generations g using (generation_id) where ${MADE}
    ) as row group by prompt_hash, engine, currency
  )
  select kind, engine, currency, sum(calls)::int8 as calls, sum(pictures)::int8 as pictures, sum(cost_micros)::numeric as cost_micros,
    sum(ratings)::int8 as rating_count, sum(stars)::int8 as rating_sum, sum(squares)::int8 as rating_squares, sum(good)::int8 as success_count
  from made join picly.prompts p using (prompt_hash)
  cross join lateral (
    select replace(term, '_', ' ') as kind from unnest(p.terms) as t (term) where term = any ($4)
    union all select '' where not p.terms && $4
  ) as kinds
  group by kind, engine, currency
  order by sum(sum(calls)) over (partition by kind) desc, kind collate "C", engine, currency`;

/** Generations of a stretch of time, with all their ratings, by the kind of their prompt; computed from the facts. */
export class KindsQueries {
  constructor(private readonly sql: Sql) {}

  sums({ range, engine }: KindsFilter): Promise<KindSums[]> {
    return this.sql.query<KindSums>(
      SQL,
      [new Date(range.from).toISOString(), new Date(range.to).toISOString(), engine ?? null, TERMS],
      'engines by kind of prompt',
    );
  }
}
