import { OneOf, Text, Whole } from '@picly/contracts';
import { Day, TimeZone } from './time-rules';

export const LIST_FORMATS = ['json', 'csv', 'ndjson'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];
export const LARGEST_LIMIT = 1_000;

/** A query that answers a list; redeclare `limit` with `Whole` for another default or maximum. */
export class ListQuery {
  @Whole({ min: 1, max: LARGEST_LIMIT }, { optional: true, description: 'Most rows of the answer.' })
  limit: number = 50;

  @Text({ min: 1, max: 2_000 }, { optional: true, description: 'Where the answer before ended: its next_cursor.' })
  cursor?: string;

  @OneOf(LIST_FORMATS, { optional: true, description: 'Form of the answer; the Accept header decides when absent.' })
  format?: ListFormat;
}

/** A query about a stretch of time; see `resolveRange`. */
export class RangeQuery {
  @Day({ optional: true, description: 'Beginning, inclusive: a date (in tz) or an RFC 3339 instant.' })
  from?: string;

  @Day({ optional: true, description: 'End, exclusive: a date (in tz) or an RFC 3339 instant.' })
  to?: string;

  @TimeZone({ optional: true, description: 'IANA time zone that days and weeks are counted in.' })
  tz: string = 'UTC';

  @OneOf(['monday', 'sunday'], { optional: true, description: 'First day of a week.' })
  week_start: 'monday' | 'sunday' = 'monday';

  @OneOf(LIST_FORMATS, { optional: true, description: 'Form of the answer; the Accept header decides when absent.' })
  format?: ListFormat;
}
