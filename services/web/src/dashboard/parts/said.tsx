import type { JSX } from 'react';
import type { ApiError } from '../api/client';

/** What came of an action. */
export function Said({ error, done }: { readonly error: ApiError | null; readonly done?: string }): JSX.Element {
  return (
    <div role="status" className={error === null ? 'dim' : 'problem'}>
      {error === null ? done : `Not done: ${error.message}.`}
      {error !== null && error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              {pointer !== '' && <code>{pointer}</code>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
