import { field, isInstant, type FieldOptions } from '@picly/contracts';
import { isCalendarDate, isTimeZone } from './time-zone';

/** A calendar date (`2026-03-29`) or an RFC 3339 instant, from the year 2000 on. */
export const Day = (options?: FieldOptions): PropertyDecorator =>
  field(
    {
      code: 'date_or_instant',
      schema: { type: 'string', examples: ['2026-03-29', '2026-03-29T12:00:00Z'] },
      test: (value) => typeof value === 'string' && (isCalendarDate(value) || isInstant(value)),
      must: 'a date (YYYY-MM-DD) or an RFC 3339 date and time with a zone, from the year 2000 on',
    },
    options,
  );

/** The name of a time zone in the IANA database. */
export const TimeZone = (options?: FieldOptions): PropertyDecorator =>
  field(
    {
      code: 'time_zone',
      schema: { type: 'string', examples: ['Europe/Berlin'] },
      test: (value) => typeof value === 'string' && isTimeZone(value),
      must: 'an IANA time zone such as Europe/Berlin',
    },
    options,
  );
