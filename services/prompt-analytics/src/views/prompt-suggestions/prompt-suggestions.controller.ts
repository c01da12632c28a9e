import { Controller, Get, Inject } from '@nestjs/common';
import { OneOf, Text, Whole } from '@picly/contracts';
import { Answers, LIST_FORMATS, listPage, ValidQuery, View, type ListFormat, type ListPage } from '@picly/platform';
import { PromptSuggestionsQueries, type PromptSuggestion } from './prompt-suggestions.queries';

export class PromptSuggestionsQuery {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only prompts this engine did well.' })
  engine?: string;

  @Whole({ min: 1, max: 100 }, { optional: true, description: 'Most suggestions.' })
  limit: number = 5;

  @Text({ max: 20_000 }, { optional: true, description: 'Suggest prompts about the same as this one.' })
  prompt?: string;

  @OneOf(LIST_FORMATS, { optional: true, description: 'Form of the answer; the Accept header decides when absent.' })
  format?: ListFormat;
}

@Controller('api/analytics/prompt-suggestions')
@View('prompt-analytics')
export class PromptSuggestionsController {
  constructor(@Inject(PromptSuggestionsQueries) private readonly queries: PromptSuggestionsQueries) {}

  @Get()
  @Answers({
    summary: 'Prompts worth trying',
    description:
      'Liked prompts by success_lower, near-duplicates collapsed to the best of them; with prompt, those about the same as it, by the square of their likeness times success_lower.',
    row: {
      prompt: 'a red fox in the snow, oil painting',
      prompt_hash: '9f86d081884c7d659a2feaa0c55ad015',
      avg_rating: 4.6,
      avg_rating_lower: 4.1,
      avg_rating_upper: 5,
      success_rate: 0.9,
      success_lower: 0.5958,
      success_upper: 0.9821,
      rating_count: 10,
      reason: '9 of 10 ratings gave it 4 or 5 stars (average 4.60), and 12 of its 30 pictures were downloaded.',
    },
  })
  async suggest(@ValidQuery(PromptSuggestionsQuery) query: PromptSuggestionsQuery): Promise<ListPage<PromptSuggestion>> {
    const { engine, limit, prompt } = query;
    return listPage(
      await this.queries.suggest({ limit, ...(engine !== undefined && { engine }), ...(prompt !== undefined && { prompt }) }),
    );
  }
}
