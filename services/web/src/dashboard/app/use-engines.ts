import { useMemo } from 'react';
import type { List, ModelRow } from '../api/rows';
import { useRead } from '../api/use-read';
import { coloursOf } from '../chart/palette';

/** Every engine ever called, whatever the filters say, and its colour. */
export function useEngines(): { readonly names: readonly string[]; readonly colourOf: (engine: string | null | undefined) => number } {
  const { result } = useRead<List<ModelRow>>('models', { group_by: 'engine' }, { views: ['model-performance'] });
  const names = useMemo(() => (result.data?.data ?? []).map(({ engine }) => engine), [result.data]);
  const colours = useMemo(() => coloursOf(names), [names]);
  return { names, colourOf: (engine) => colours.get(engine ?? '') ?? -1 };
}
