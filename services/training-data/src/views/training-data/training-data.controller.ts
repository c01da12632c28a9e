import { Controller, Get, Inject } from '@nestjs/common';
import { OneOf, Text } from '@picly/contracts';
import {
  Answers,
  Day,
  decodeCursor,
  encodeCursor,
  listPage,
  ListQuery,
  RangeQuery,
  resolveRange,
  TimeZone,
  ValidQuery,
  View,
  type ListPage,
} from '@picly/platform';
import { ExamplesQueries, type Example, type ExamplesFilter, type SplitSummary } from './examples.queries';
import { SPLITS, type Split } from './split';

const EXAMPLE: Example = {
  generation_id: '3f2c8a54-7d1e-4a0b-9c55-0d6a3a0e9b11',
  prompt: 'a red fox in the snow, oil painting, highly detailed',
  prompt_hash: '5d41402abc4b2a76b9719d911017c592',
  engine: 'flux-pro',
  model_version: '1.1',
  prompt_length: 51,
  word_count: 10,
  punctuation_count: 2,
  style_keywords: ['oil painting'],
  style_keyword_count: 1,
  has_style_keywords: true,
  quality_keywords: ['highly detailed'],
  quality_keyword_count: 1,
  has_quality_keywords: true,
  rating: 4.5,
  rating_count: 2,
  quality_score: 90,
  quality_count: 1,
  success: true,
  generated: true,
  split: 'train',
  rated_at: new Date('2026-11-22T12:00:00Z'),
};

const SUMMARY: SplitSummary = {
  split: 'train',
  engine: 'flux-pro',
  examples: 800,
  prompts: 640,
  ratings: 910,
  rating_distribution: [30, 60, 120, 250, 340],
  avg_rating: 4.01,
  success_rate: 0.7375,
  quality_examples: 300,
  quality_avg: 78.2,
};

const ORDER =
  'In the order in which examples came to be what they are: one that changes (a late or replaced rating) moves to the end, so that whoever ' +
  'goes on to the end misses nothing; the last occurrence of a generation counts. from and to are about rated_at. `success` is a mean rating of ' +
  'at least 4. A fifth of the prompts validate, chosen by prompt_hash; equal prompts are never separated.';

class ExamplesQuery extends ListQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;

  @OneOf(SPLITS, { optional: true })
  split?: Split;

  @Day({ optional: true, description: 'Beginning, inclusive: a date (in tz) or an RFC 3339 instant.' })
  from?: string;

  @Day({ optional: true, description: 'End, exclusive: a date (in tz) or an RFC 3339 instant.' })
  to?: string;

  @TimeZone({ optional: true, description: 'IANA time zone of the dates.' })
  tz: string = 'UTC';
}

class ExportQuery extends RangeQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;

  @OneOf(SPLITS, { optional: true })
  split?: Split;
}

type Asked = Pick<ExportQuery, 'engine' | 'split' | 'from' | 'to' | 'tz'>;

function filterOf(query: Asked): ExamplesFilter {
  const { fromMs, toMs } = resolveRange(query);
  return {
    ...(query.engine !== undefined && { engine: query.engine }),
    ...(query.split !== undefined && { split: query.split }),
    ...(fromMs !== undefined && { from: new Date(fromMs) }),
    ...(toMs !== undefined && { to: new Date(toMs) }),
  };
}

@Controller('api/analytics/training-data')
@View('training-data')
export class TrainingDataController {
  constructor(@Inject(ExamplesQueries) private readonly queries: ExamplesQueries) {}

  @Get('examples')
  @Answers({
    summary: 'Features and labels of rated generations, by page',
    description: ORDER,
    row: { ...EXAMPLE, rated_at: '2026-11-22T12:00:00.000Z' },
  })
  async examples(@ValidQuery(ExamplesQuery) query: ExamplesQuery): Promise<ListPage<Example>> {
    const [after] = query.cursor === undefined ? [0] : decodeCursor(query.cursor, ['number']);
    const page = await this.queries.page(filterOf(query), query.limit, after);
    return listPage(page.rows, page.next === undefined ? null : encodeCursor([page.next]));
  }

  @Get('export')
  @Answers({ summary: 'All examples in one stream', description: ORDER, row: { ...EXAMPLE, rated_at: '2026-11-22T12:00:00.000Z' } })
  export(@ValidQuery(ExportQuery) query: ExportQuery): ListPage<Example> {
    return listPage(this.queries.all(filterOf(query)));
  }

  @Get('summary')
  @Answers({ summary: 'How many examples there are, and how their labels are distributed', row: { ...SUMMARY } })
  async summary(@ValidQuery(ExportQuery) query: ExportQuery): Promise<ListPage<SplitSummary>> {
    return listPage(await this.queries.summary(filterOf(query)));
  }
}
