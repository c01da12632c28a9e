import { counted } from '../../format/numbers';
import { fullDay } from '../../format/time';
import type { ExperimentRow, Results } from './rows';
import { headline, lift, liftInterval, primaryEffect } from './words';

/** An experiment with what is to be done with it; without results when nobody has defined it. */
export interface Verdict {
  readonly row: ExperimentRow;
  readonly results: Results | undefined;
  readonly isLoading: boolean;
}

const isOpen = ({ row: { state } }: Verdict): boolean => state === 'running' || state === 'stopped';
const says = ({ results }: Verdict, verdict: Results['decision']['verdict']): boolean => results?.decision.verdict === verdict;

/** The first line: what can be decided now. */
export function verdictsWords(verdicts: readonly Verdict[]): string {
  const all = counted(verdicts.length, 'experiment');
  if (verdicts.some(({ isLoading }) => isLoading)) return all;
  const open = verdicts.filter(isOpen);
  const [first, ...others] = [...open.filter((one) => says(one, 'ship')), ...open.filter((one) => says(one, 'roll_back'))];
  if (first?.results !== undefined) {
    const primary = effectOf(first);
    const effect = primary ? `: ${lift(primary.effect.effect)} (${liftInterval(primary.effect.interval)}, always valid)` : '';
    const what = `${headline(first.results)} in ${first.row.experiment}${effect}`;
    return others.length === 0 ? what : `${what}; ${counted(others.length, 'more experiment')} can be decided`;
  }
  // One whose results could not be had may be the one to ship.
  if (open.some(({ results }) => results === undefined)) return all;
  return open.length === 0 ? `${all}, none of them running` : nothingToShip(open);
}

/** What becomes of those that are neither shipped nor rolled back. */
function nothingToShip(open: readonly Verdict[]): string {
  const keeping = open.filter((one) => one.row.state === 'running' && says(one, 'keep_running'));
  const unsound = open.filter((one) => one.row.state === 'running' && says(one, 'stop'));
  const untold = open.length - keeping.length - unsound.length;
  const parts = [
    keeping.length > 0 && `${counted(keeping.length, 'experiment')} ${keeping.length === 1 ? 'keeps' : 'keep'} running`,
    unsound.length > 0 && `${counted(unsound.length, 'experiment')} ${unsound.length === 1 ? 'has' : 'have'} to be stopped`,
    untold > 0 && `${counted(untold, 'experiment')} ended without a winner`,
  ].filter((part) => part !== false);
  return `Nothing to ship${keeping.length > 0 ? ' yet' : ''}: ${parts.join(', ')}`;
}

/** The effect that the verdict is about, where there is one. */
export const effectOf = ({ results }: Verdict) => {
  const primary = results && primaryEffect(results);
  return primary?.effect.reason === null ? primary : undefined;
};

/** What to do with it, in words. */
export function wordsOf({ row, results, isLoading }: Verdict): string {
  if (results !== undefined) return headline(results);
  if (row.state === null) return 'Nobody has defined it: only counts are known';
  if (row.state === 'draft') return 'A draft: nobody takes part yet';
  return isLoading ? '…' : 'Open it to see';
}

/** What it is measured by, and since when. */
export function aboutWords({ primary_metric: metric, first_exposure_at: since }: ExperimentRow): string {
  return [metric, since === null ? 'nobody yet' : `since ${fullDay(since.slice(0, 10))}`].filter((text) => text !== null).join(', ');
}
