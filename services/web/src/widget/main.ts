import { optionsOf } from './options';
import { RatingSystem } from './rating-system';

declare global {
  interface Window {
    ratingSystem?: RatingSystem;
  }
}

/** The script as a tag: configured by its `data-*` attributes. A second copy of it leaves everything to the first. */
function begin(): void {
  if (window.ratingSystem) return;
  const script = document.currentScript;
  const tag = script instanceof HTMLScriptElement ? script : document.querySelector<HTMLScriptElement>('script[src*="rating-system.js"]');
  const language = document.documentElement.lang || navigator.language;
  const system = new RatingSystem(optionsOf(tag?.dataset ?? {}, { scriptUrl: tag?.src ?? '', language }));
  window.ratingSystem = system;
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => system.start());
  else system.start();
}

try {
  begin();
} catch (error) {
  // The page must go on, whatever a browser forbids.
  console.warn('picly: the rating system could not start', error);
}
