import { wilson } from '@picly/statistics';

/** From so many ratings on a prompt is in a band of its bound (`rank_band`), which an index knows. */
export const LEAST_BANDED = 5;

/** No prompt with fewer ratings has a higher bound: what the bands find above it is the best of all prompts. */
export const [BEST_UNBANDED] = wilson(LEAST_BANDED - 1, LEAST_BANDED - 1);
