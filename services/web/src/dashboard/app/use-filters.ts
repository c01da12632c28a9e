import { useCallback, useMemo } from 'react';
import { addressOf, go, usePlace } from './router';
import { FILTER_NAMES, readFilters, writeFilters, type Filters } from './filters';

export interface FilterState {
  readonly filters: Filters;
  readonly change: (some: Partial<Filters>) => void;
}

export function useFilters(): FilterState {
  const { parts, params } = usePlace();
  const text = params.toString();
  const filters = useMemo(() => readFilters(new URLSearchParams(text)), [text]);
  const change = (some: Partial<Filters>): void => go(addressOf(parts, writeFilters({ ...filters, ...some }, params)));
  return { filters, change };
}

/** Where a page looks at one day only, and perhaps at one engine. */
export function useRowsOf(page: string, engine?: string): (day: string) => string {
  const { filters } = useFilters();
  return (day) =>
    addressOf([page], writeFilters({ ...filters, range: 'custom', first: day, last: day, ...(engine !== undefined && { engine }) }));
}

/** Only the filters of an address: they go along from page to page, what a page put beside them stays behind. */
export function filtersOnly(params: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...params].filter(([name]) => FILTER_NAMES.some((filter) => filter === name)));
}

/** A parameter that a page keeps in the address. */
export function useParam(name: string): readonly [string, (value: string, how?: 'push' | 'replace') => void] {
  const { parts, params } = usePlace();
  const text = params.toString();
  const path = parts.join('/');
  const set = useCallback(
    (value: string, how: 'push' | 'replace' = 'push') => {
      const next = new URLSearchParams(text);
      if (value === '') next.delete(name);
      else next.set(name, value);
      go(addressOf(path === '' ? [] : parts, next), how);
    },
    [name, text, path],
  );
  return [params.get(name) ?? '', set];
}
