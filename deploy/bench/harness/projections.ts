import type { Projection } from '@picly/projections';
import { standalone } from '../../../services/standalone/src/standalone.module';

/** Projections of the product by name; `all` for every one of them. */
export function projectionsNamed(names: readonly string[]): readonly Projection[] {
  if (names.includes('all')) return standalone.projections;
  return names.map((name) => {
    const found = standalone.projections.find((projection) => projection.name === name);
    if (!found) throw new Error(`there is no projection ${name}`);
    return found;
  });
}
