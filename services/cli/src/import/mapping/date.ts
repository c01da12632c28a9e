import { optional, type Node } from './document';
import { RowError } from './row';
import { shiftBy, parseShift, type Shift } from './date-shift';
import { isZone, zoneOffsetMs } from './time-zone';

export const DATE_KEYS = ['format', 'zone', 'shift'] as const;

/** Text or number to milliseconds since the epoch; `undefined` when it is not a date of this format. */
type Parser = (text: string) => number | undefined;

export interface DateRules {
  readonly parse: Parser;
  readonly shift: Shift | undefined;
}

export function dateRules(node: Node): DateRules {
  const zone = optional(node, 'zone', (member) =>
    isZone(member.text()) ? member.text() : member.fail('must be an IANA time zone such as Europe/Berlin'),
  );
  const shift = optional(
    node,
    'shift',
    (member) => parseShift(member.text()) ?? member.fail('must be an ISO 8601 duration such as P10Y or -PT5H'),
  );
  const format = optional(node, 'format', (member) => member.text()) ?? 'iso';
  return { parse: parserFor(node, format, zone ?? 'UTC'), shift };
}

/** The instant as RFC 3339 in UTC. */
export function toInstant(value: unknown, rules: DateRules): string {
  const text = typeof value === 'number' ? String(value) : value;
  const ms = typeof text === 'string' ? rules.parse(text.trim()) : undefined;
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw new RowError('not_a_date', 'is not a date of the format the mapping names');
  return new Date(rules.shift ? shiftBy(ms, rules.shift) : ms).toISOString();
}

function parserFor(node: Node, format: string, zone: string): Parser {
  if (format === 'unix') return (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : undefined);
  if (format === 'unix_ms') return (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined);
  if (format === 'iso') return isoParser(zone);
  return patternParser(node, format, zone);
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

function isoParser(zone: string): Parser {
  return (text) => {
    const match = ISO.exec(text);
    if (!match) return undefined;
    const [, year, month, day, hour, minute, second, fraction, offset] = match;
    return instantOf({ year, month, day, hour, minute, second, fraction, offset }, zone);
  };
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'offset';
type Parts = { readonly [P in Part]?: string | undefined };

const TOKENS: readonly (readonly [string, Part, string])[] = [
  ['yyyy', 'year', '\\d{4}'],
  ['MM', 'month', '\\d{2}'],
  ['M', 'month', '\\d{1,2}'],
  ['dd', 'day', '\\d{2}'],
  ['d', 'day', '\\d{1,2}'],
  ['HH', 'hour', '\\d{2}'],
  ['H', 'hour', '\\d{1,2}'],
  ['mm', 'minute', '\\d{2}'],
  ['ss', 'second', '\\d{2}'],
  ['SSS', 'fraction', '\\d{1,9}'],
  ['XXX', 'offset', 'Z|[+-]\\d{2}:?\\d{2}'],
];

function patternParser(node: Node, format: string, zone: string): Parser {
  let source = '';
  const used = new Set<Part>();
  for (let at = 0; at < format.length;) {
    const token = TOKENS.find(([text, part]) => format.startsWith(text, at) && !used.has(part));
    if (token) {
      source += `(?<${token[1]}>${token[2]})`;
      used.add(token[1]);
      at += token[0].length;
    } else {
      const literal = format.charAt(at++);
      if (/[A-Za-z]/.test(literal))
        node.member('format').fail(`"${literal}" stands for nothing; use yyyy MM dd HH mm ss SSS XXX, iso, unix or unix_ms`);
      source += literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    }
  }
  if (!used.has('year') || !used.has('month') || !used.has('day')) node.member('format').fail('must have year, month and day');
  const pattern = new RegExp(`^${source}$`, 'u');
  return (text) => {
    const groups = pattern.exec(text)?.groups;
    return groups ? instantOf(groups, zone) : undefined;
  };
}

function instantOf(parts: Parts, zone: string): number | undefined {
  const [year, month, day] = [Number(parts.year), Number(parts.month), Number(parts.day)];
  const date = new Date(Date.UTC(year, month - 1, day));
  // The calendar moves what does not exist (31 April) to the next month.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const time = timeOfDayMs(parts);
  if (time === undefined) return undefined;
  const local = date.getTime() + time;
  return parts.offset === undefined ? local - zoneOffsetMs(zone, local) : local - offsetMs(parts.offset);
}

function timeOfDayMs({ hour = '0', minute = '0', second = '0', fraction = '0' }: Parts): number | undefined {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Math.trunc(Number(`0.${fraction}`) * 1000);
}

function offsetMs(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))) * 60_000;
}
