import { bucketOf } from './hash';
import { isInRange } from './ranges';

/** A share of all units, by name: experiments in disjoint shares of one namespace never have a unit in common. */
export type Namespace = readonly [name: string, start: number, end: number];

export function isInNamespace(unit: string, [name, start, end]: Namespace): boolean {
  const bucket = bucketOf(`__${name}`, unit, 1);
  return bucket !== null && isInRange(bucket, [start, end]);
}
