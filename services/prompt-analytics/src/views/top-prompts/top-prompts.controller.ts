import { Controller, Get, Inject } from '@nestjs/common';
import { OneOf, Text, Whole } from '@picly/contracts';
import { Answers, ListQuery, ValidQuery, View, type ListPage } from '@picly/platform';
import { PROMPT_EXAMPLE, type PromptFigures } from '../../figures/prompt-figures';
import { PROMPT_SORTS, TopPromptsQueries, type PromptSort } from './top-prompts.queries';

export class TopPromptsQuery extends ListQuery {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only what this engine made of the prompts.' })
  engine?: string;

  @Whole({ min: 0, max: 1_000_000 }, { optional: true, description: 'Fewest ratings of a prompt.' })
  min_ratings: number = 5;

  @OneOf(PROMPT_SORTS, { optional: true, description: 'What to rank by, highest first.' })
  sort: PromptSort = 'success_lower';
}

@Controller('api/analytics/top-prompts')
@View('prompt-analytics')
export class TopPromptsController {
  constructor(@Inject(TopPromptsQueries) private readonly queries: TopPromptsQueries) {}

  @Get()
  @Answers({
    summary: 'The prompts people like best',
    description:
      'Ranked by success_lower, the lower 95 % Wilson bound of the share of 4 and 5 stars, so that few votes cannot win; other sorts on request. ' +
      'A rate is the share of generations with at least one such action. With engine, all counts are of that engine alone.',
    row: PROMPT_EXAMPLE,
  })
  top(@ValidQuery(TopPromptsQuery) query: TopPromptsQuery): Promise<ListPage<PromptFigures>> {
    const { engine, min_ratings: minRatings, limit, sort, cursor } = query;
    return this.queries.top({ minRatings, limit, sort, ...(engine !== undefined && { engine }), ...(cursor !== undefined && { cursor }) });
  }
}
