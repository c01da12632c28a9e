import { addDays, dateIn, isZone } from '../format/time';

export const RANGES = [
  { id: '7d', label: 'Last 7 days', days: 7 },
  { id: '14d', label: 'Last 14 days', days: 14 },
  { id: '30d', label: 'Last 30 days', days: 30 },
  { id: '90d', label: 'Last 90 days', days: 90 },
  { id: '365d', label: 'Last 365 days', days: 365 },
] as const;
export type RangeId = (typeof RANGES)[number]['id'] | 'custom';

export const COMPARISONS = [
  { id: 'previous', label: 'Stretch before' },
  { id: 'year', label: 'A year earlier' },
  { id: 'none', label: 'Nothing' },
] as const;
export type Comparison = (typeof COMPARISONS)[number]['id'];

/** What the whole dashboard looks at; all of it is in the address bar. */
export interface Filters {
  readonly range: RangeId;
  /** First and last day, `YYYY-MM-DD`, both included; only of a custom range. */
  readonly first: string;
  readonly last: string;
  readonly tz: string;
  /** Empty = all engines. */
  readonly engine: string;
  readonly compare: Comparison;
}

export const DEFAULTS: Filters = { range: '30d', first: '', last: '', tz: 'UTC', engine: '', compare: 'previous' };
export const FILTER_NAMES = ['range', 'first', 'last', 'tz', 'engine', 'compare'] as const;

const LONGEST_DAYS = 366;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const isDate = (text: string): boolean => DATE.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
const daysBetween = (first: string, last: string): number => (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;

function customOf(params: URLSearchParams): Pick<Filters, 'range' | 'first' | 'last'> | undefined {
  const [first, last] = [params.get('first') ?? '', params.get('last') ?? ''];
  if (params.get('range') !== 'custom' || !isDate(first) || !isDate(last) || first > last) return undefined;
  // The API answers a year at a time: a longer wish keeps its end.
  return { range: 'custom', first: daysBetween(first, last) > LONGEST_DAYS ? addDays(last, 1 - LONGEST_DAYS) : first, last };
}

/** Reads the filters from an address; what makes no sense there is what it would be without. */
export function readFilters(params: URLSearchParams): Filters {
  const range = RANGES.find(({ id }) => id === params.get('range'))?.id ?? DEFAULTS.range;
  const tz = params.get('tz') ?? '';
  return {
    ...DEFAULTS,
    range,
    ...customOf(params),
    tz: tz !== '' && isZone(tz) ? tz : DEFAULTS.tz,
    engine: (params.get('engine') ?? '').slice(0, 200),
    compare: COMPARISONS.find(({ id }) => id === params.get('compare'))?.id ?? DEFAULTS.compare,
  };
}

/** Puts filters into an address beside what else is there; defaults stay unsaid, so that addresses are short. */
export function writeFilters(filters: Filters, beside = new URLSearchParams()): URLSearchParams {
  const params = new URLSearchParams(beside);
  for (const name of FILTER_NAMES) {
    const isUnsaid = filters[name] === DEFAULTS[name] || ((name === 'first' || name === 'last') && filters.range !== 'custom');
    if (isUnsaid) params.delete(name);
    else params.set(name, filters[name]);
  }
  return params;
}

/** The first and the last calendar day looked at, in the zone of the filters. */
export function daysOf(filters: Filters, nowMs: number): { readonly first: string; readonly last: string } {
  if (filters.range === 'custom') return { first: filters.first, last: filters.last };
  const days = RANGES.find(({ id }) => id === filters.range)?.days ?? 30;
  const today = dateIn(filters.tz, nowMs);
  return { first: addDays(today, 1 - days), last: today };
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** The stretch of time as read calls take it: half open dates in the zone. A running stretch has no end, so that nothing is cut off. */
export function rangeQuery(filters: Filters, nowMs: number): Query {
  const { first, last } = daysOf(filters, nowMs);
  const isOver = last < dateIn(filters.tz, nowMs);
  return { from: first, tz: filters.tz, ...(isOver && { to: addDays(last, 1) }) };
}

/** The stretch and the engine. */
export function filterQuery(filters: Filters, nowMs: number): Query {
  return { ...rangeQuery(filters, nowMs), ...(filters.engine !== '' && { engine: filters.engine }) };
}

/** Whether the last day shown is still going on. */
export const isRunning = (filters: Filters, nowMs: number): boolean => daysOf(filters, nowMs).last >= dateIn(filters.tz, nowMs);
