import { Module } from '@nestjs/common';
import { provideQueries, type ServiceDefinition } from '@picly/platform';
import { promptAnalytics } from './projection/prompt-analytics.projection';
import { armsSeen } from './views/arms-seen/arms-seen.projection';
import { ArmsSeenQueries } from './views/arms-seen/arms-seen.queries';
import { KindsController } from './views/kinds/kinds.controller';
import { KindsQueries } from './views/kinds/kinds.queries';
import { PromptSuggestionsController } from './views/prompt-suggestions/prompt-suggestions.controller';
import { PromptSuggestionsQueries } from './views/prompt-suggestions/prompt-suggestions.queries';
import { PromptQueries } from './views/prompts/prompt.queries';
import { PromptsController } from './views/prompts/prompts.controller';
import { SearchPrompts } from './views/prompts/search.queries';
import { SimilarPrompts } from './views/prompts/similar.queries';
import { RatingsController } from './views/ratings/ratings.controller';
import { RatingsQueries } from './views/ratings/ratings.queries';
import { SummaryController } from './views/summary/summary.controller';
import { SummaryQueries } from './views/summary/summary.queries';
import { TopPromptsController } from './views/top-prompts/top-prompts.controller';
import { TopPromptsQueries } from './views/top-prompts/top-prompts.queries';

@Module({
  controllers: [
    TopPromptsController,
    PromptSuggestionsController,
    KindsController,
    PromptsController,
    SummaryController,
    RatingsController,
  ],
  providers: [
    TopPromptsQueries,
    PromptSuggestionsQueries,
    PromptQueries,
    SimilarPrompts,
    SearchPrompts,
    SummaryQueries,
    KindsQueries,
    RatingsQueries,
    ArmsSeenQueries,
  ].map((queries) => provideQueries<object>(queries)),
})
export class PromptAnalyticsModule {}

export const promptAnalyticsService: ServiceDefinition = {
  name: 'prompt-analytics',
  module: PromptAnalyticsModule,
  projections: [promptAnalytics, armsSeen],
};
