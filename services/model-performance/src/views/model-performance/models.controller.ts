import { Controller, Get, Inject, Param } from '@nestjs/common';
import { isStorableText, OneOf, Text } from '@picly/contracts';
import { Answers, listPage, RangeQuery, resolveRange, ValidQuery, View, type ListPage } from '@picly/platform';
import { MODEL_DAY, MODEL_ROW } from './model-row';
import { ModelsQueries, type ModelDay, type ModelRow } from './models.queries';
import type { Grouping } from './models-sql.queries';
import { ALWAYS, type Range } from './time-cover';

const MEANING =
  'Counts, amounts and percentiles are exact for any range: calls count when they happened, ratings with the call they rate. Percentiles are ' +
  'those of percentile_cont over all calls (failed ones too), in seconds; above a million calls they come from a histogram within 1 % ' +
  '(percentile_method). Currencies are never added: when several occur the amounts are null and stand apart in `amounts`. cost_per_success is ' +
  'the cost of all calls by the pictures that came out; cost_per_well_rated the cost of the rated pictures by those rated 4 to 5 on average. ' +
  "Bounds are 95 % intervals: Wilson's of shares; of means (avg_rating, quality_avg) Student's t with n - 1 degrees of freedom, within the scale, and " +
  'where all values are the same those of the share that could still be others; of percentiles those of order statistics, whatever the ' +
  'distribution, at most 2 % wider at each end as they come from a histogram (upper: null where there are too few calls to name one). Amounts are what ' +
  'was booked and have none.';

class ModelsQuery extends RangeQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;

  @OneOf(['engine,model_version', 'engine', 'total'], { optional: true, description: 'What makes a row.' })
  group_by: Grouping = 'engine,model_version';
}

class AllDailyQuery extends RangeQuery {
  @Text({ min: 1, max: 200 }, { optional: true })
  engine?: string;

  @OneOf(['engine,model_version', 'engine', 'total'], { optional: true, description: 'What makes a row of a day.' })
  group_by: Grouping = 'engine';
}

class DailyQuery extends RangeQuery {
  @OneOf(['engine,model_version', 'engine'], { optional: true, description: 'What makes a row of a day.' })
  group_by: Exclude<Grouping, 'total'> = 'engine,model_version';
}

function rangeOf(query: RangeQuery): Range {
  const { fromMs, toMs } = resolveRange(query);
  return { from: fromMs ?? ALWAYS.from, to: toMs ?? ALWAYS.to };
}

@Controller('api/analytics/models')
@View('model-performance')
export class ModelsController {
  constructor(@Inject(ModelsQueries) private readonly queries: ModelsQueries) {}

  @Get()
  @Answers({ summary: 'What engines deliver, cost and are worth to people', description: MEANING, row: { ...MODEL_ROW } })
  async models(@ValidQuery(ModelsQuery) query: ModelsQuery): Promise<ListPage<ModelRow>> {
    const engine = query.engine === undefined ? {} : { engine: query.engine };
    return listPage(await this.queries.models({ range: rangeOf(query), grouping: query.group_by, ...engine }));
  }

  @Get('daily')
  @Answers({ summary: 'Engines day by day', description: `${MEANING} Days are those of tz.`, row: { ...MODEL_DAY } })
  async allDaily(@ValidQuery(AllDailyQuery) query: AllDailyQuery): Promise<ListPage<ModelDay>> {
    const engine = query.engine === undefined ? {} : { engine: query.engine };
    return listPage(await this.queries.daily({ range: rangeOf(query), grouping: query.group_by, timeZone: query.tz, ...engine }));
  }

  @Get(':engine/daily')
  @Answers({ summary: 'One engine day by day', description: `${MEANING} Days are those of tz.`, row: { ...MODEL_DAY } })
  async daily(@Param('engine') engine: string, @ValidQuery(DailyQuery) query: DailyQuery): Promise<ListPage<ModelDay>> {
    if (!isStorableText(engine)) return listPage<ModelDay>([]);
    return listPage(await this.queries.daily({ range: rangeOf(query), grouping: query.group_by, engine, timeZone: query.tz }));
  }
}
