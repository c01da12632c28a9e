import { duration, percent, signed } from '../../format/numbers';
import type { Effect, Interval, Results, Verdict } from './rows';

const HOUR_MS = 3_600_000;
const LONGEST_FORECAST_HOURS = 24 * 730;

/** A relative effect in percent with its sign. */
export const lift = signed(percent);

/** Why there is no comparison, in words; a neutral result is not shown as if it were one. */
export const reasonWords = (reason: string): string => `not comparable: ${reason.replaceAll('_', ' ')}`;

/** An interval in percent, open ends as such. */
export function liftInterval(interval: Interval | null): string {
  if (interval === null) return '–';
  const [low, high] = interval;
  return `${low === null ? 'no lower end' : lift(low)} to ${high === null ? 'no upper end' : lift(high)}`;
}

/** What the ends of the bars stand for. */
export const scaleWords = ([from, to]: readonly [number, number]): string => `bars from ${lift(from)} to ${lift(to)}`;

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  ship: 'Ship',
  roll_back: 'Roll back',
  keep_running: 'Keep running',
  cannot_tell: 'Cannot tell',
  stop: 'Stop',
};

/** The comparison that the decision is about: of the arm named, else of the first arm, on the primary metric. */
export function primaryEffect({ metrics, decision }: Results): { readonly arm: string; readonly effect: Effect } | undefined {
  const comparisons = metrics.find(({ role }) => role === 'primary')?.comparisons ?? [];
  const found = comparisons.find(({ arm }) => arm === decision.arm) ?? comparisons[0];
  return found && { arm: found.arm, effect: found.relative };
}

function howLong({ forecast, state }: Results): string {
  if (state !== 'running' || !forecast || forecast.hours_needed === null) return '';
  if (forecast.hours_needed > LONGEST_FORECAST_HOURS)
    return `more than two years at this traffic to find a change of ${percent(forecast.effect)}`;
  return forecast.hours_needed <= 0 ? 'the sample is reached' : `about ${duration(forecast.hours_needed * HOUR_MS)} more`;
}

/** The first line of the page. */
export function headline(results: Results): string {
  const { verdict, arm } = results.decision;
  if (results.state === 'draft') return 'A draft: nobody takes part yet';
  if (results.state === 'shipped') return `Shipped${arm === null ? '' : `: ${arm}`}`;
  if (results.state === 'rolled_back') return 'Rolled back';
  const rest = verdict === 'keep_running' ? howLong(results) : '';
  return `${VERDICTS[verdict]}${arm === null ? '' : ` ${arm}`}${rest === '' ? '' : `: ${rest}`}`;
}

/** The state of an experiment as people say it. */
export const stateWords = (state: Results['state']): string => state.replaceAll('_', ' ');

/** For how long people have taken part. */
export const ranWords = ({ run_hours: hours }: Pick<Results, 'run_hours'>): string =>
  hours > 0 ? `for ${duration(hours * HOUR_MS)}` : 'nobody yet';

/** A reason as a sentence of its own. */
export const sentence = (reason: string): string =>
  `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`;

/** What in the way an experiment ran speaks against its figures. */
export const alarmsOf = (health: Results['health']) => ({
  split: health.sample_ratio.alarm,
  several: health.multiple_exposure.alarm,
  stray: health.stray_exposures.unknown_arm > 0,
  balance: health.balance.alarm,
});

export const isSound = (health: Results['health']): boolean => !Object.values(alarmsOf(health)).includes(true);

/** What stands between the figures and a winner. */
export const missingWords = (codes: readonly string[]): string => codes.map((code) => code.replaceAll('_', ' ')).join(', ');

/** The value of a metric in the unit of its type. */
export const metricValue = (type: string, value: number | null): string =>
  type === 'proportion' ? percent(value) : value === null ? '–' : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
