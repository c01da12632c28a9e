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

/** The first line: what can be decided now. */
export function verdictsWords(verdicts: readonly Verdict[]): string {
  if (verdicts.some(({ isLoading }) => isLoading)) return counted(verdicts.length, 'experiment');
  const running = verdicts.filter(({ results }) => results?.state === 'running' || results?.state === 'stopped');
  const ready = running.filter(({ results }) => results?.decision.verdict === 'ship');
  const harmful = running.filter(({ results }) => results?.decision.verdict === 'roll_back');
  const [first] = [...ready, ...harmful];
  if (first?.results !== undefined) {
    const others = ready.length + harmful.length - 1;
    const primary = effectOf(first);
    const effect = primary ? `: ${lift(primary.effect.effect)} (${liftInterval(primary.effect.interval)}, always valid)` : '';
    const what = `${headline(first.results)} in ${first.row.experiment}${effect}`;
    return others === 0 ? what : `${what}; ${counted(others, 'more experiment')} can be decided`;
  }
  if (running.length > 0)
    return `Nothing to ship yet: ${counted(running.length, 'experiment')} ${running.length === 1 ? 'keeps' : 'keep'} running`;
  return `${counted(verdicts.length, 'experiment')}, none of them running`;
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
