import { useSyncExternalStore, type MouseEvent } from 'react';

const BASE = '/analytics';
const MOVED = 'picly:moved';

/** Where the dashboard is. */
export interface Place {
  /** Parts of the path below /analytics, decoded; the first names the page. */
  readonly parts: readonly string[];
  readonly params: URLSearchParams;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function placeOf(address: string): Place {
  const url = new URL(address, 'http://here');
  const parts = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length).split('/') : [];
  return { parts: parts.filter((part) => part !== '').map(decoded), params: url.searchParams };
}

/** The address of a place; parts may be anything, also what people named. */
export function addressOf(parts: readonly string[], params: URLSearchParams): string {
  const path = [BASE, ...parts.map(encodeURIComponent)].join('/');
  const query = params.toString();
  return query === '' ? path : `${path}?${query}`;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(MOVED, listener);
  };
}

const current = (): string => window.location.pathname + window.location.search;

/** Goes somewhere. Typing replaces the place it leaves, so that Back leads past it. */
export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (address === current()) return;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  window.dispatchEvent(new Event(MOVED));
}

export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, current));
}

/** Lets the browser do what it does with modified clicks, and goes without a new page otherwise. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!isPlain || event.defaultPrevented) return;
  event.preventDefault();
  go(event.currentTarget.pathname + event.currentTarget.search);
}
