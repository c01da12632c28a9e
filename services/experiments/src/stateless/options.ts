import { flag, list, number, object, oneOf, text } from './shape';

export const ALPHA = number({ min: 0, max: 1, open: true });
export const METRIC = object({ type: oneOf(['mean', 'proportion', 'ratio']) }, { direction: oneOf(['up', 'down']) });
export const CORRECTION = oneOf(['none', 'holm', 'benjamini-hochberg']);
export const EFFECT = oneOf(['relative', 'absolute']);
export const SIDED = oneOf(['two', 'greater', 'lesser']);
export const TUNING_N = number({ min: 1 });
export const WEIGHTS = list(number({ min: 0 }), { max: 1_000 });
export const KEY = text(200, 1);
export { flag };
