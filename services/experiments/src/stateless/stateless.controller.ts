import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { FieldError } from '@picly/contracts';
import { Answers, ProblemError, RequireScope } from '@picly/platform';
import { adjust, ADJUST_BODY, type AdjustAnswer } from './adjust';
import { analyze, ANALYZE_BODY, type AnalyzeAnswer } from './analyze';
import { ASSIGN_BODY, assignStateless, type AssignAnswer } from './assign';
import { plan, PLAN_BODY, type PlanAnswer } from './plan';

const ANALYSIS = {
  srm: { chi_square: 0.4246, df: 1, p: 0.5147, sequential_p: 1, alarm: false },
  comparisons: [
    {
      arm: 'b',
      effect: 0.7073,
      interval: [-0.4617, 1.8763],
      se: 0.3788,
      p: 0.652,
      p_adjusted: 0.652,
      chance_to_win: 0.9691,
      risk: [0.7113, 0.0039],
      reason: null,
      n: [3_407, 3_461],
      means: [0.41, 0.7],
      theta: 0,
      test: 'asymptotic_confidence_sequence',
      valid_at: 'any_time',
    },
  ],
};

const PLAN = {
  units: 58_000,
  units_by_arm: [29_000, 29_000],
  duration_days: 29,
  days: 28,
  units_by_then: 56_000,
  power: 0.78,
  minimum_detectable_effect: 0.051,
  test: 'asymptotic_confidence_sequence',
  looks: 28,
  reason: null,
};

function orRefuse<T extends object>(answer: T | readonly FieldError[]): T {
  if (Array.isArray(answer)) throw new ProblemError('validation_failed', { errors: answer as readonly FieldError[] });
  return answer as T;
}

/** The mathematics of experiments for whoever has counts: nothing is read, nothing is kept. */
@Controller('api/analytics/experiments')
@RequireScope('read')
export class StatelessController {
  @Post('analyze')
  @HttpCode(200)
  @Answers({
    summary: 'Arms compared with the first of them, from counts',
    description:
      'Sums over the units of each arm in; effect, interval, p-value, chance to win and risk out, with the check of the split. An open side of ' +
      'an interval is null. A comparison that says nothing is (0, [0, 0], p = 1) with its reason. Sums that the metric does not need are not looked at.',
    accepts: ANALYZE_BODY.schema,
    body: ANALYSIS,
  })
  analyze(@Body() body: unknown): AnalyzeAnswer {
    return orRefuse(analyze(body));
  }

  @Post('assign')
  @HttpCode(200)
  @Answers({
    summary: 'The bucket and the arm of an id',
    description:
      'Give weights, or with `arms` how many equal arms there are. Weights that do not fit are replaced by equal ones. An empty value is in no arm.',
    accepts: ASSIGN_BODY.schema,
    body: { bucket: 0.0505, ranges: [[0, 0.5]], arm: 0 },
  })
  assign(@Body() body: unknown): AssignAnswer {
    return orRefuse(assignStateless(body));
  }

  @Post('adjust')
  @HttpCode(200)
  @Answers({ summary: 'p-values corrected for how many there are', accepts: ADJUST_BODY.schema, body: { p_adjusted: [0.03, 0.05] } })
  adjust(@Body() body: unknown): AdjustAnswer {
    return orRefuse(adjust(body));
  }

  @Post('plan')
  @HttpCode(200)
  @Answers({
    summary: 'Sample, duration, power and smallest detectable effect',
    description:
      '`baseline` is a mean, or {mean, sd} of one unit; `traffic` units per day, or {units_per_day, days}. The power of the always-valid test counts ' +
      'every look (`options.looks`, by default one a day).',
    accepts: PLAN_BODY.schema,
    body: PLAN,
  })
  plan(@Body() body: unknown): PlanAnswer {
    return orRefuse(plan(body));
  }
}
