import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Query } from '../app/filters';
import { apiAddress, ApiError, call } from './client';

/** The read models of the system: an answer is asked for again when one that it is made of has moved. */
export type ViewName =
  | 'prompt-analytics'
  | 'model-performance'
  | 'engagement'
  | 'user-behavior'
  | 'experiments'
  | 'experiment-results'
  | 'receipts'
  | 'training-data';

export interface Read<T> {
  readonly result: UseQueryResult<T, ApiError>;
  /** Where the same answer is found without this page. */
  readonly address: string;
}

const AGAIN_AFTER_FAILURE_MS = 5_000;
const AGAIN_AFTER_PART_MS = 3_000;

/** How long until what failed is asked for again by itself, milliseconds; false = not at all. */
export const againAfter = (error: unknown): number | false =>
  error instanceof ApiError && error.retryable ? AGAIN_AFTER_FAILURE_MS : false;

export interface ReadOptions<T> {
  /** What the answer is made of; empty = it does not move by itself. */
  readonly views: readonly ViewName[];
  readonly enabled?: boolean;
  /** For what no view tells about (positions, dead letters): ask again after so long, milliseconds. */
  readonly everyMs?: number;
  /** Whether a part of the answer could not be had: it is asked for again by itself. */
  readonly isPartial?: (answer: T) => boolean;
}

/** What is asked, and which views it is made of. */
export function readOptions<T>(address: string, views: readonly ViewName[]) {
  return {
    queryKey: [address],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => call<T>(address, { signal }),
    meta: { views },
  };
}

/** Reads from the API and keeps what was read while something newer is on its way. */
export function useRead<T>(path: string, query: Query, { views, enabled = true, everyMs, isPartial }: ReadOptions<T>): Read<T> {
  const address = apiAddress(path, query);
  const result = useQuery<T, ApiError>({
    ...readOptions<T>(address, views),
    placeholderData: keepPreviousData,
    enabled,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
    ...(isPartial && {
      refetchInterval: ({ state: { data, error } }) => againAfter(error) || (data !== undefined && isPartial(data) && AGAIN_AFTER_PART_MS),
    }),
  });
  return { result, address };
}
