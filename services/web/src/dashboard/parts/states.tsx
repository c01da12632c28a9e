import type { JSX, ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiError } from '../api/client';
import { duration } from '../format/numbers';
import { useNow } from '../app/now';

/** Holds the place of what is on its way. */
export function Loading({ what = 'figures' }: { readonly what?: string }): JSX.Element {
  return (
    <div className="loading" role="status">
      <span className="sr-only">Loading {what}</span>
      <div className="bone wide" />
      <div className="bone" />
      <div className="bone narrow" />
    </div>
  );
}

/** Says what would be here, and how to get it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): JSX.Element {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children !== undefined && <div className="dim">{children}</div>}
    </div>
  );
}

const REMEDIES: Readonly<Record<string, string>> = {
  unreachable: 'Is the system running? This page asks again by itself.',
  not_caught_up: 'The views are catching up; this page asks again by itself.',
  service_unavailable: 'A part of the system does not answer; this page asks again by itself.',
  unauthenticated: 'Log in again to go on.',
  forbidden: 'The key you logged in with may not see this.',
};

export function Failed({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }): JSX.Element {
  return (
    <div className="failed" role="alert">
      <p>
        <strong>Could not be loaded:</strong> {error.message}.
      </p>
      <p className="dim">{REMEDIES[error.code] ?? 'Change the filters or try again.'}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The last good figures, when newer ones cannot be had. */
export function Stale({ since, error }: { readonly since: number; readonly error: ApiError }): JSX.Element {
  const now = useNow(1_000);
  return (
    <p className="stale" role="status">
      These figures are {duration(Math.max(0, now - since))} old: {error.message}. {REMEDIES[error.code] ?? ''}
    </p>
  );
}

/** What was read, or the state it is in instead. */
export function Shown<T>({
  of,
  what,
  children,
}: {
  readonly of: UseQueryResult<T, ApiError>;
  readonly what?: string;
  readonly children: (data: T) => ReactNode;
}): JSX.Element {
  if (of.data !== undefined) {
    return (
      <div className={of.isPlaceholderData ? 'is-changing' : 'is-shown'} aria-busy={of.isPlaceholderData}>
        {of.error !== null && <Stale since={of.dataUpdatedAt} error={of.error} />}
        {children(of.data)}
      </div>
    );
  }
  if (of.error !== null) return <Failed error={of.error} retry={() => void of.refetch()} />;
  return <Loading {...(what !== undefined && { what })} />;
}
