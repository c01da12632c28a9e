import type { JSX } from 'react';
import type { ApiError } from '../api/client';

/** What came of an action. */
export function Said({ error, done }: { readonly error: ApiError | null; readonly done?: string }): JSX.Element {
  return (
    <p role="status" className={error === null ? 'dim' : 'problem'}>
      {error === null ? done : `Not done: ${error.message}.`}
    </p>
  );
}
