import { Controller, Get, Inject } from '@nestjs/common';
import { Text, Whole } from '@picly/contracts';
import { Answers, listPage, RangeQuery, resolveRange, ValidQuery, View, type ListPage } from '@picly/platform';
import { ALWAYS } from '../summary/time-cover';
import { engineChoices, type KindRow } from './engine-choice';
import { KindsQueries } from './kinds.queries';

class KindsQuery extends RangeQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;

  @Whole({ min: 1, max: 1_000_000 }, { optional: true, description: 'Fewest ratings of a kind for an engine to be a candidate for it.' })
  min_ratings: number = 20;
}

const KIND_ROW: KindRow = {
  kind: 'watercolor',
  engine: 'flux-pro',
  calls: 410,
  pictures: 402,
  rating_count: 260,
  avg_rating: 4.2,
  avg_rating_lower: 4.08,
  avg_rating_upper: 4.32,
  success_rate: 0.8,
  success_lower: 0.7472,
  success_upper: 0.8441,
  currency: 'USD',
  cost_per_picture: 0.0561,
  chosen_from: 0.21,
  chosen_from_lower: 0.13,
  chosen_from_upper: 0.57,
  instead_of: 'flux-schnell',
};

@Controller('api/analytics/prompts/kinds')
@View('prompt-analytics')
export class KindsController {
  constructor(@Inject(KindsQueries) private readonly queries: KindsQueries) {}

  @Get()
  @Answers({
    summary: 'Which engine for which kind of prompt, and where the choice changes',
    description:
      'A kind is a listed style that the prompt names; empty = none is named; a prompt that names two counts in both. Generations of the range with all ' +
      "of their ratings, the most asked for kinds first. Success is 4 or 5 stars with its own 95 % Wilson bounds, the bounds of avg_rating are Student's; cost_per_picture the cost of all calls by the pictures that " +
      'came out. A picture brings what a well-rated one is worth times success, less its cost: `chosen_from` is the worth from which on the engine brings ' +
      'most, taking over from `instead_of`; null = it never does, or has fewer than min_ratings, or candidates are paid in different currencies. Its bounds come from the always-valid interval of the difference of success, ' +
      '95 % for all pairs of candidates of the answer together (Bonferroni); costs are taken as they are and ratings as independent. An upper bound of null says that the two cannot be told apart.',
    row: { ...KIND_ROW },
  })
  async kinds(@ValidQuery(KindsQuery) query: KindsQuery): Promise<ListPage<KindRow>> {
    const { fromMs, toMs } = resolveRange(query);
    const range = { from: fromMs ?? ALWAYS.from, to: toMs ?? ALWAYS.to };
    const sums = await this.queries.sums({ range, ...(query.engine !== undefined && { engine: query.engine }) });
    return listPage([...engineChoices(sums, { minRatings: query.min_ratings })]);
  }
}
