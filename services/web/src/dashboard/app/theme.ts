import { useSyncExternalStore } from 'react';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'picly.theme';
const CHANGED = 'picly:theme';

function stored(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Puts the theme on the page; charts are drawn anew in its colours. */
export function applyTheme(theme: Theme = stored()): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  window.dispatchEvent(new Event(CHANGED));
}

export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Where storage is forbidden the choice lasts as long as the page.
  }
  applyTheme(theme);
}

const DARK = '(prefers-color-scheme: dark)';

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(DARK);
  media.addEventListener('change', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    media.removeEventListener('change', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export const useTheme = (): Theme =>
  useSyncExternalStore(subscribe, () => (document.documentElement.dataset['theme'] as Theme | undefined) ?? 'auto');

/** Whether the page is dark now, by choice or by the system. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, () => {
    const chosen = document.documentElement.dataset['theme'];
    return chosen === 'dark' || (chosen !== 'light' && window.matchMedia(DARK).matches);
  });
}

/** A colour of the style sheet, for what is drawn on a canvas. */
export const cssColour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const seriesColour = (place: number): string => cssColour(place < 0 ? '--series-other' : `--series-${place}`);
