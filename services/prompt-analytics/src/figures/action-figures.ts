import { wilson } from '@picly/statistics';

/** Counters of generations and of what was done with them, as they are stored. */
export interface ActionCounters {
  readonly generations: number;
  /** Generations with at least one such action. */
  readonly downloaded: number;
  readonly shared: number;
  readonly edited: number;
  readonly regenerated: number;
  readonly used: number;
  /** Actions. */
  readonly downloads: number;
  readonly shares: number;
  readonly edits: number;
  readonly regenerations: number;
  readonly uses: number;
}

/** How often something was done, and the share of generations to which it was done at least once (null without generations). */
export interface ActionFigures {
  readonly generations: number;
  readonly downloads: number;
  readonly shares: number;
  readonly edits: number;
  readonly regenerations: number;
  readonly uses: number;
  readonly download_rate: number | null;
  readonly share_rate: number | null;
  readonly edit_rate: number | null;
  readonly regenerate_rate: number | null;
  readonly use_rate: number | null;
}

/** 95 % Wilson bounds of the rates. */
export interface ActionBounds {
  readonly download_rate_lower: number;
  readonly download_rate_upper: number;
  readonly share_rate_lower: number;
  readonly share_rate_upper: number;
  readonly edit_rate_lower: number;
  readonly edit_rate_upper: number;
  readonly regenerate_rate_lower: number;
  readonly regenerate_rate_upper: number;
  readonly use_rate_lower: number;
  readonly use_rate_upper: number;
}

/** Bounds of the rates that tell how far pictures were passed on. */
export type PassedOn = Pick<ActionBounds, 'download_rate_lower' | 'download_rate_upper' | 'share_rate_lower' | 'share_rate_upper'>;

export function passedOn({ downloaded, shared, generations }: ActionCounters): PassedOn {
  const [downloads, shares] = [wilson(downloaded, generations), wilson(shared, generations)];
  return {
    download_rate_lower: downloads[0],
    download_rate_upper: downloads[1],
    share_rate_lower: shares[0],
    share_rate_upper: shares[1],
  };
}

export function actionFigures(counters: ActionCounters): ActionFigures {
  const { generations, downloads, shares, edits, regenerations, uses } = counters;
  const rate = (count: number): number | null => (generations === 0 ? null : count / generations);
  return {
    generations,
    downloads,
    shares,
    edits,
    regenerations,
    uses,
    download_rate: rate(counters.downloaded),
    share_rate: rate(counters.shared),
    edit_rate: rate(counters.edited),
    regenerate_rate: rate(counters.regenerated),
    use_rate: rate(counters.used),
  };
}

export function actionBounds(counters: ActionCounters): ActionBounds {
  const bounds = (count: number) => wilson(count, counters.generations);
  const [edits, regenerations, uses] = [bounds(counters.edited), bounds(counters.regenerated), bounds(counters.used)];
  return {
    ...passedOn(counters),
    edit_rate_lower: edits[0],
    edit_rate_upper: edits[1],
    regenerate_rate_lower: regenerations[0],
    regenerate_rate_upper: regenerations[1],
    use_rate_lower: uses[0],
    use_rate_upper: uses[1],
  };
}
