import type { JSX } from 'react';
import { useEngines } from '../app/use-engines';

/** An engine in its own colour. */
export function EngineName({ engine }: { readonly engine: string | null }): JSX.Element {
  const { colourOf } = useEngines();
  return (
    <span className="engine-name" title={engine ?? undefined}>
      <span className={`swatch series-${colourOf(engine)}`} aria-hidden="true" />
      <span>{engine ?? 'not known'}</span>
    </span>
  );
}
