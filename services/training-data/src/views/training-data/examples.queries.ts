import type { Sql } from '@picly/database';
import type { Split } from './split';

export interface ExamplesFilter {
  readonly engine?: string;
  readonly split?: Split;
  /** Range of `rated_at`, half open. */
  readonly from?: Date;
  readonly to?: Date;
}

/** One rated generation: features, labels, split. */
export interface Example {
  readonly generation_id: string;
  readonly prompt: string;
  readonly prompt_hash: string;
  readonly engine: string;
  readonly model_version: string | null;
  /** Code points. */
  readonly prompt_length: number;
  readonly word_count: number;
  readonly punctuation_count: number;
  readonly style_keywords: readonly string[];
  readonly style_keyword_count: number;
  readonly has_style_keywords: boolean;
  readonly quality_keywords: readonly string[];
  readonly quality_keyword_count: number;
  readonly has_quality_keywords: boolean;
  /** Mean of the raters' stars. */
  readonly rating: number;
  readonly rating_count: number;
  /** Mean of the raters' quality scores, 0 to 100. */
  readonly quality_score: number | null;
  readonly quality_count: number;
  /** Mean rating of at least 4. */
  readonly success: boolean;
  /** Whether a picture came out. */
  readonly generated: boolean;
  readonly split: Split;
  readonly rated_at: Date;
}

export interface ExamplePage {
  readonly rows: readonly Example[];
  /** Where to go on: the number of the last change read; absent at the end. */
  readonly next: number | undefined;
}

export interface SplitSummary {
  readonly split: Split;
  readonly engine: string;
  readonly examples: number;
  readonly prompts: number;
  readonly ratings: number;
  /** Examples by rounded mean rating, one to five stars. */
  readonly rating_distribution: readonly number[];
  readonly avg_rating: number;
  readonly success_rate: number;
  /** Examples with a quality score. */
  readonly quality_examples: number;
  readonly quality_avg: number | null;
}

const FILTER = `($1::text is null or engine = $1) and ($2::text is null or split = $2)
  and ($3::timestamptz is null or rated_at >= $3) and ($4::timestamptz is null or rated_at < $4)`;
const filterValues = (filter: ExamplesFilter): unknown[] => [
  filter.engine ?? null,
  filter.split ?? null,
  filter.from ?? null,
  filter.to ?? null,
];

/** The training examples, in the order in which they came to be what they are. */
export class ExamplesQueries {
  constructor(private readonly sql: Sql) {}

  /**
   * Examples after change `after`. An example that changes moves to the end, so that going on to the end never misses one,
   * however late its events come; the last occurrence of a generation counts.
   */
  async page(filter: ExamplesFilter, limit: number, after = 0): Promise<ExamplePage> {
    const found = await this.sql.query<Example & { readonly change_no: number }>(
      `select * from picly.ml_training_data where change_no > $5 and ${FILTER} order by change_no limit $6`,
      [...filterValues(filter), after, limit + 1],
      'training examples',
    );
    const rows = found.slice(0, limit).map(({ change_no: _, ...row }) => row);
    return { rows, next: found.length > limit ? found[limit - 1]?.change_no : undefined };
  }

  /** All examples, read in pages of `pageSize`, so that memory stays flat. */
  async *all(filter: ExamplesFilter, pageSize = 2_000): AsyncGenerator<Example> {
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: ExamplePage = await this.page(filter, pageSize, after);
      yield* page.rows;
      after = page.next;
    }
  }

  /** How many examples there are by split and engine, and how their labels are distributed. */
  async summary(filter: ExamplesFilter): Promise<SplitSummary[]> {
    return this.sql.query<SplitSummary>(
      `select split, engine, count(*) as examples, count(distinct prompt_hash) as prompts, sum(rating_count)::bigint as ratings,
         array[${[1, 2, 3, 4, 5].map((stars) => `count(*) filter (where round(rating::numeric) = ${stars})`).join(', ')}] as rating_distribution,
         (sum(rating::numeric) / count(*))::float8 as avg_rating, count(*) filter (where success)::float8 / count(*) as success_rate,
         count(quality_score) as quality_examples, avg(quality_score::numeric)::float8 as quality_avg
       from picly.ml_training_data where ${FILTER} group by split, engine order by split, engine`,
      filterValues(filter),
      'training summary',
    );
  }
}
