import { optionsOf, type Attributes } from './options';
import { RatingSystem } from './rating-system';

export type { GenerationAction, RatingSystem, Reward, ShowOptions } from './rating-system';
export type { PromptSuggestion } from './reads';

/**
 * The rating system as a module: `import { createRatingSystem } from '<endpoint>/static/rating-system.mjs'`. The settings are those of
 * the tag's `data-*` attributes, in camel case.
 */
export function createRatingSystem(settings: Attributes): RatingSystem {
  const language = document.documentElement.lang || navigator.language;
  const system = new RatingSystem(optionsOf(settings, { scriptUrl: import.meta.url, language }));
  system.start();
  return system;
}
