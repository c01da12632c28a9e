import type { JSX } from 'react';
import { useNow } from '../app/now';
import { useFilters } from '../app/use-filters';
import { duration, NOTHING } from '../format/numbers';
import { instant } from '../format/time';

const EVERY_MS = 10_000;

/** How long ago it was, and for who points at it when. */
export function Ago({ at }: { readonly at: string | null }): JSX.Element {
  const { filters } = useFilters();
  const now = useNow(EVERY_MS);
  if (at === null) return <>{NOTHING}</>;
  return <time dateTime={at} title={instant(at, filters.tz)}>{`${duration(Math.max(0, now - Date.parse(at)))} ago`}</time>;
}
