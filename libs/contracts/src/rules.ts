import { isStorableJson, isStorableText, JSON_LIMITS } from './storable';
import { field, type FieldOptions, type FieldRule } from './field';
import { isInstant } from './instant';

declare const unit: unique symbol;
/** A decimal amount of money on the wire; stored as integer micro-units under `<name>_micros`. */
export type Amount = number & { readonly [unit]: 'amount' };
/** Seconds on the wire, fractions allowed; stored as integer milliseconds under `<name>_ms`. */
export type Seconds = number & { readonly [unit]: 'seconds' };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const codePoints = (text: string): number => {
  let n = 0;
  for (const _ of text) n++;
  return n;
};

const isNumber = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;

const uuidRule: FieldRule = {
  code: 'uuid',
  schema: { type: 'string', format: 'uuid' },
  test: (value) => typeof value === 'string' && UUID.test(value),
  must: 'a UUID',
};

/** A UUID of any version, compared in lower case. */
export const Uuid = (options?: FieldOptions): PropertyDecorator => field(uuidRule, options);

/** Text of `min` to `max` code points that Postgres and JSON can carry unchanged (no NUL, no lone surrogate). */
export function Text(limits: { readonly min?: number; readonly max: number }, options?: FieldOptions): PropertyDecorator {
  const min = limits.min ?? 0;
  return field(
    {
      code: 'text',
      schema: { type: 'string', minLength: min, maxLength: limits.max, format: 'storable-text' },
      test: (value) => {
        if (typeof value !== 'string' || !isStorableText(value)) return false;
        // A string never has more code points than units, so most need no counting.
        if (value.length <= limits.max && min <= 1) return value.length >= min;
        const n = codePoints(value);
        return n >= min && n <= limits.max;
      },
      must: `text of ${min} to ${limits.max} characters without NUL or lone surrogates`,
    },
    options,
  );
}

/** A whole number within bounds. */
export function Whole(bounds: { readonly min: number; readonly max: number }, options?: FieldOptions): PropertyDecorator {
  return field(
    {
      code: 'whole_number',
      schema: { type: 'integer', minimum: bounds.min, maximum: bounds.max },
      test: (value) => isNumber(value, bounds.min, bounds.max) && Number.isInteger(value),
      must: `a whole number from ${bounds.min} to ${bounds.max}`,
    },
    options,
  );
}

/** A finite number within bounds. */
export function Decimal(bounds: { readonly min: number; readonly max: number }, options?: FieldOptions): PropertyDecorator {
  return field(
    {
      code: 'number',
      schema: { type: 'number', minimum: bounds.min, maximum: bounds.max },
      test: (value) => isNumber(value, bounds.min, bounds.max),
      must: `a number from ${bounds.min} to ${bounds.max}`,
    },
    options,
  );
}

const MAX_AMOUNT = 1_000_000;
const amountRule: FieldRule = {
  code: 'amount',
  schema: { type: 'number', minimum: 0, maximum: MAX_AMOUNT, description: 'Decimal amount; rounded to millionths of the currency unit.' },
  test: (value) => isNumber(value, 0, MAX_AMOUNT),
  must: `an amount of money from 0 to ${MAX_AMOUNT}`,
  unit: 'micros',
};

/** A decimal amount of money, never negative; rounded to the nearest micro-unit when stored. */
export const Money = (options?: FieldOptions): PropertyDecorator => field(amountRule, options);

const MAX_SECONDS = 31_536_000;
const secondsRule: FieldRule = {
  code: 'seconds',
  schema: { type: 'number', minimum: 0, maximum: MAX_SECONDS, description: 'Seconds; rounded to milliseconds.' },
  test: (value) => isNumber(value, 0, MAX_SECONDS),
  must: `seconds from 0 to ${MAX_SECONDS}`,
  unit: 'ms',
};

/** A duration in seconds, at most one year; rounded to the nearest millisecond when stored. */
export const Duration = (options?: FieldOptions): PropertyDecorator => field(secondsRule, options);

/** An RFC 3339 instant with a zone, not before the year 2000. */
export const Instant = (options?: FieldOptions): PropertyDecorator =>
  field(
    {
      code: 'instant',
      schema: { type: 'string', format: 'instant' },
      test: (value) => typeof value === 'string' && isInstant(value),
      must: 'an RFC 3339 date and time with a zone, from the year 2000 on',
    },
    options,
  );

/** True or false, not a word for it. */
export const Flag = (options?: FieldOptions): PropertyDecorator =>
  field({ code: 'boolean', schema: { type: 'boolean' }, test: (value) => typeof value === 'boolean', must: 'true or false' }, options);

/** One of a closed list of words. */
export function OneOf(words: readonly string[], options?: FieldOptions): PropertyDecorator {
  return field(
    {
      code: 'one_of',
      schema: { type: 'string', enum: words },
      test: (value) => typeof value === 'string' && words.includes(value),
      must: `one of ${words.join(', ')}`,
    },
    options,
  );
}

/** A list of distinct short words, such as tags; which words are allowed is configuration and is checked by the gateway. */
export function Words(limits: { readonly maxItems: number; readonly maxLength: number }, options?: FieldOptions): PropertyDecorator {
  const isWord = (value: unknown): boolean =>
    typeof value === 'string' && value.length > 0 && codePoints(value) <= limits.maxLength && isStorableText(value);
  return field(
    {
      code: 'words',
      schema: {
        type: 'array',
        maxItems: limits.maxItems,
        uniqueItems: true,
        items: { type: 'string', minLength: 1, maxLength: limits.maxLength, format: 'storable-text' },
      },
      test: (value) =>
        Array.isArray(value) && value.length <= limits.maxItems && value.every(isWord) && new Set(value).size === value.length,
      must: `a list of at most ${limits.maxItems} distinct words of 1 to ${limits.maxLength} characters`,
    },
    options,
  );
}

/** An ISO 4217 code, three capital letters. */
export const CurrencyCode = (options?: FieldOptions): PropertyDecorator =>
  field(
    {
      code: 'currency',
      schema: { type: 'string', pattern: '^[A-Z]{3}$' },
      test: (value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value),
      must: 'a currency code of three capital letters',
    },
    options,
  );

/** A free JSON object, bounded in depth and size. */
export const FreeObject = (options?: FieldOptions): PropertyDecorator =>
  field(
    {
      code: 'object',
      schema: { type: 'object', storable: true },
      test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isStorableJson(value),
      must: `an object at most ${JSON_LIMITS.depth} levels deep with at most ${JSON_LIMITS.values} values, without NUL or lone surrogates`,
    },
    options,
  );
