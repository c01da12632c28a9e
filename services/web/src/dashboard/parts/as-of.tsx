import type { JSX } from 'react';
import type { AsOf } from '../api/client';
import { count, duration } from '../format/numbers';
import { instant } from '../format/time';
import { useFilters } from '../app/use-filters';

/** How fresh what is shown is. */
export function asOfWords(asOf: AsOf | undefined, zone: string): string {
  if (asOf === undefined) return '';
  const behind = asOf.lag_events === 0 ? 'current' : `${count(asOf.lag_events)} events, ${duration(asOf.lag_ms)} behind`;
  return `as of ${instant(asOf.at, zone)} ${zone}, ${behind}`;
}

export function AsOfNote({ asOf }: { readonly asOf: AsOf | undefined }): JSX.Element {
  const { filters } = useFilters();
  return <span className="as-of">{asOfWords(asOf, filters.tz)}</span>;
}
