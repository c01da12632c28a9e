import type { ArmDefinition, Phase } from '@picly/experiments';
import { addSums, type ArmCount, type ArmSums } from '@picly/statistics';
import type { SumRow } from '../results.queries';

/** Units that were assigned by the same weights, whenever that was: among them the arms are comparable as they are. */
export interface Stratum {
  readonly arms: readonly ArmDefinition[];
  /** Sums of one metric by arm. */
  readonly sums: ReadonlyMap<string, ArmSums>;
}

const NONE: ArmSums = { n: 0, sum: 0 };

export const armSums = (stratum: Stratum, arm: string): ArmSums => stratum.sums.get(arm) ?? NONE;

/** Everybody in a stratum, whatever the arm. */
export const unitsIn = ({ sums }: Stratum): number => [...sums.values()].reduce((sum, { n }) => sum + n, 0);

/** Groups phases by their weights, which is what a phase can differ in. */
function splitOf(phases: readonly Phase[]): ReadonlyMap<number, string> {
  return new Map(phases.map(({ revision, arms }) => [revision, JSON.stringify(arms.map(({ key, weight }) => [key, weight]))]));
}

/** One metric's sums by stratum; phases of equal weights are one. */
export function strataOf(rows: readonly SumRow[], metric: string, phases: readonly Phase[]): readonly Stratum[] {
  const splits = splitOf(phases);
  const strata = new Map<string, { readonly arms: readonly ArmDefinition[]; readonly sums: Map<string, ArmSums> }>();
  for (const row of rows) {
    const split = splits.get(row.phase);
    const phase = phases.find(({ revision }) => revision === row.phase);
    if (row.metric !== metric || split === undefined || !phase) continue;
    const stratum = strata.get(split) ?? { arms: phase.arms, sums: new Map<string, ArmSums>() };
    strata.set(split, stratum);
    const known = stratum.sums.get(row.arm);
    stratum.sums.set(row.arm, known ? addSums(known, row.sums) : row.sums);
  }
  return [...strata.values()];
}

/** The sums of an arm over all strata. */
export function pooled(strata: readonly Stratum[], arm: string): ArmSums {
  return strata.length === 1 && strata[0] ? armSums(strata[0], arm) : addSums(...strata.map((stratum) => armSums(stratum, arm)));
}

/** Units of every arm and their planned share of all: each stratum's units by its own weights. */
export function countsByArm(arms: readonly ArmDefinition[], strata: readonly Stratum[]): readonly (ArmCount & { readonly arm: string })[] {
  const all = strata.reduce((sum, stratum) => sum + unitsIn(stratum), 0);
  const weightIn = (stratum: Stratum, arm: string): number => stratum.arms.find(({ key }) => key === arm)?.weight ?? 0;
  return arms.map(({ key, weight }) => {
    const expected = strata.reduce((sum, stratum) => sum + unitsIn(stratum) * weightIn(stratum, key), 0);
    return { arm: key, n: pooled(strata, key).n, weight: all === 0 ? weight : expected / all };
  });
}
