export type Correction = 'none' | 'holm' | 'benjamini-hochberg';

/** Indices of the p-values from the smallest to the largest. */
const ascending = (pValues: readonly number[]): number[] =>
  pValues.map((_, index) => index).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));

/** Bounds the chance of any false finding among all (S. Holm, Scandinavian Journal of Statistics 6, 1979). */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  ascending(pValues).forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues[index] ?? 1) * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}

/** Bounds the expected share of false ones among the findings (Benjamini & Hochberg, JRSS B 57, 1995). */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  let smallest = 1;
  const order = ascending(pValues);
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] ?? 0;
    smallest = Math.min(smallest, ((pValues[index] ?? 1) * pValues.length) / rank);
    adjusted[index] = smallest;
  }
  return adjusted;
}

/** p-values, in the order given, that may be compared with alpha as if each were the only one. */
export function adjustP(pValues: readonly number[], method: Correction): number[] {
  if (method === 'none') return [...pValues];
  return method === 'holm' ? holm(pValues) : benjaminiHochberg(pValues);
}
