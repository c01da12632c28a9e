import type { SegmentRow } from '../results.queries';
import { banditOf, type BanditResult } from './bandit';
import type { Evidence } from './evidence';
import { forecastOf, type Forecast } from './forecast';
import { healthOf, type Health } from './health';
import { compareAll, correctedP, metricResult, type Compared, type MetricResult } from './metric-results';
import { verdictOn, type Verdict } from './verdict';

export interface Analysis {
  readonly decision: Verdict;
  readonly metrics: readonly MetricResult[];
  readonly health: Health;
  readonly forecast: Forecast | null;
  readonly bandit: BanditResult | null;
}

const ROLES = ['primary', 'secondary', 'guardrail', 'declared'];

/** The whole analysis of sums, whether they come from events or from a file, and the metrics as compared for those who go on with them. */
export function analyse(
  evidence: Evidence,
  segments: readonly SegmentRow[] = [],
): { readonly analysis: Analysis; readonly compared: readonly Compared[] } {
  const compared = [...compareAll(evidence)].sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  const corrected = correctedP(evidence.definition, compared);
  const health = healthOf(evidence, compared, segments);
  const primary = compared.find(({ role }) => role === 'primary');
  return {
    compared,
    analysis: {
      decision: verdictOn(evidence, compared, { health, corrected }),
      metrics: compared.map((each) => metricResult(evidence, each, corrected)),
      health,
      forecast: primary ? forecastOf(evidence, primary) : null,
      bandit: banditOf(evidence, primary),
    },
  };
}
