import type { FieldError } from '@picly/contracts';
import { adjustP } from '@picly/statistics';
import { CORRECTION } from './options';
import { readBody } from './read-body';
import { list, number, object } from './shape';

export const ADJUST_BODY = object({ p_values: list(number({ min: 0, max: 1 }), { max: 10_000 }), method: CORRECTION }, {});

export interface AdjustAnswer {
  readonly p_adjusted: readonly number[];
}

/** p-values corrected for how many there are, in the order given; or what is wrong with the body. */
export function adjust(body: unknown): AdjustAnswer | readonly FieldError[] {
  const read = readBody(ADJUST_BODY, body);
  return 'p_values' in read ? { p_adjusted: adjustP(read.p_values, read.method) } : read;
}
