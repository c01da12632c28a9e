import type { ApiClient } from '@picly/api-client';
import type { Ledger } from '../world/ledger';
import type { WorldOptions } from '../world/world';

/** A figure of a read model beside the truth. */
export interface Check {
  readonly name: string;
  readonly truth: number;
  readonly told: number | null | undefined;
}

/** One part of the summary. */
export interface Finding {
  readonly title: string;
  readonly text: string;
  readonly checks: readonly Check[];
}

export interface Inquiry {
  readonly client: ApiClient;
  readonly ledger: Ledger;
  readonly world: WorldOptions;
}

/** Sums and shares reach us as decimals: equal means equal up to their last digits. */
export const agrees = ({ truth, told }: Check): boolean =>
  typeof told === 'number' && Math.abs(told - truth) <= 1e-6 * Math.max(1, Math.abs(truth));

const DAY_MS = 86_400_000;

/** The days of the world as a half-open range of dates. */
export function rangeOf({ until, days }: WorldOptions): { readonly from: string; readonly to: string } {
  const lastDay = Math.floor(until / DAY_MS);
  const date = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
  return { from: date(lastDay - days + 1), to: date(lastDay + 1) };
}
