import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { apiAddress, call, type ApiError, type CallOptions } from './client';

export interface Act {
  readonly path: string;
  readonly method: NonNullable<CallOptions['method']>;
  readonly body?: unknown;
}

/** Something that is changed by the person in front of the page; what is shown below `refresh` is asked for again. */
export function useAct<T = unknown>(refresh: string): UseMutationResult<T, ApiError, Act> {
  const client = useQueryClient();
  return useMutation<T, ApiError, Act>({
    mutationFn: ({ path, method, body }) => call<T>(apiAddress(path), { method, ...(method !== 'DELETE' && { body: body ?? {} }) }),
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(apiAddress(refresh)) }),
  });
}
