import { Controller, Get, Inject, Param } from '@nestjs/common';
import { OneOf, Text, Whole } from '@picly/contracts';
import { Answers, LIST_FORMATS, listPage, ProblemError, TimeZone, ValidQuery, View, type ListFormat, type ListPage } from '@picly/platform';
import { PROMPT_EXAMPLE, type PromptFigures } from '../../figures/prompt-figures';
import type { WeekStart } from '../summary/grouping.queries';
import { PromptQueries, type PromptAnswer } from './prompt.queries';
import { SearchPrompts } from './search.queries';
import { SimilarPrompts, type SimilarPrompt } from './similar.queries';

class FewPromptsQuery {
  @Whole({ min: 1, max: 100 }, { optional: true, description: 'Most rows of the answer.' })
  limit: number = 10;

  @OneOf(LIST_FORMATS, { optional: true, description: 'Form of the answer; the Accept header decides when absent.' })
  format?: ListFormat;
}

export class SearchQuery extends FewPromptsQuery {
  @Text({ max: 1000 }, { optional: true, description: 'Words; the last one may be unfinished.' })
  search: string = '';
}

export class SimilarQuery extends FewPromptsQuery {
  @Text({ max: 20_000 }, { description: 'Any text, known as a prompt or not.' })
  prompt!: string;
}

class OnePromptQuery {
  @TimeZone({ optional: true, description: 'IANA time zone that weeks are counted in.' })
  tz: string = 'UTC';

  @OneOf(['monday', 'sunday'], { optional: true, description: 'First day of a week.' })
  week_start: WeekStart = 'monday';
}

const SIMILAR_TO_ONE = 5;

@Controller('api/analytics/prompts')
@View('prompt-analytics')
export class PromptsController {
  constructor(
    @Inject(PromptQueries) private readonly prompts: PromptQueries,
    @Inject(SimilarPrompts) private readonly similarPrompts: SimilarPrompts,
    @Inject(SearchPrompts) private readonly searchPrompts: SearchPrompts,
  ) {}

  @Get()
  @Answers({ summary: 'Search prompts as you type', description: 'Prompts with all the words, the best first.', row: PROMPT_EXAMPLE })
  async search(@ValidQuery(SearchQuery) query: SearchQuery): Promise<ListPage<PromptFigures>> {
    return listPage(await this.searchPrompts.search(query.search, query.limit));
  }

  @Get('similar')
  @Answers({
    summary: 'Prompts about the same as a text',
    description:
      'Ranked by the cosine of their terms, rare ones worth more, singular and plural the same; styles count little, boilerplate and wishes for quality nothing. 1 is only the same prompt.',
    row: { ...PROMPT_EXAMPLE, similarity: 0.83 },
  })
  async similar(@ValidQuery(SimilarQuery) query: SimilarQuery): Promise<ListPage<SimilarPrompt>> {
    return listPage(await this.similarPrompts.similarTo(query.prompt, query.limit));
  }

  @Get(':prompt_hash')
  @Answers({
    summary: 'One prompt: figures, tags, trend, engines, similar prompts',
    body: {
      ...PROMPT_EXAMPLE,
      tags: [{ tag: 'colors', count: 12, avg_rating: 4.5, avg_rating_lower: 4.08, avg_rating_upper: 4.92 }],
      trend: [{ week: '2026-01-05' }],
      per_engine: [{ engine: 'flux-pro' }],
      similar: [],
    },
    problems: ['not_found'],
  })
  async one(
    @Param('prompt_hash') promptHash: string,
    @ValidQuery(OnePromptQuery) { tz: timeZone, week_start: weekStart }: OnePromptQuery,
  ): Promise<PromptAnswer & { readonly similar: readonly SimilarPrompt[] }> {
    const found = /^[0-9a-f]{32}$/.test(promptHash) ? await this.prompts.byHash(promptHash, { timeZone, weekStart }) : undefined;
    if (!found) throw new ProblemError('not_found', { detail: 'no generation has this prompt' });
    const similar = await this.similarPrompts.similarTo(found.prompt, SIMILAR_TO_ONE + 1);
    return { ...found, similar: similar.filter((other) => other.prompt_hash !== promptHash).slice(0, SIMILAR_TO_ONE) };
  }
}
