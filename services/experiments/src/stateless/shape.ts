import type { FieldError, JsonSchema } from '@picly/contracts';

/** Where a value stands in the body, and what was wrong so far. */
export interface Place {
  readonly pointer: string;
  readonly errors: FieldError[];
}

/** One part of a body: its JSON Schema, and how it is read. What is wrong is noted at its place and reads as undefined. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  readonly read: (value: unknown, place: Place) => T | undefined;
}

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type Read<S> = S extends Shape<infer T> ? T : never;
type ReadAll<R extends Shapes, O extends Shapes> = { readonly [K in keyof R]: Read<R[K]> } & { readonly [K in keyof O]?: Read<O[K]> };

const MAX_UNKNOWN_NAMED = 100;

export function refuse(place: Place, code: string, message: string): undefined {
  place.errors.push({ pointer: place.pointer, code, message });
  return undefined;
}

export const inside = (place: Place, name: string | number): Place => ({
  pointer: `${place.pointer}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`,
  errors: place.errors,
});

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Neither bound itself. */
  readonly open?: boolean;
  readonly whole?: boolean;
}

function isWithin(value: number, { min, max, open, whole }: Bounds): boolean {
  if (!Number.isFinite(value) || (whole === true && !Number.isSafeInteger(value))) return false;
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  return open === true ? value > low && value < high : value >= low && value <= high;
}

function boundsText({ min, max, open }: Bounds): string {
  const words = open === true ? ['above', 'below'] : ['at least', 'at most'];
  const parts = [min === undefined ? '' : `${words[0]} ${min}`, max === undefined ? '' : `${words[1]} ${max}`].filter(Boolean);
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

/** A finite number. */
export function number(bounds: Bounds = {}): Shape<number> {
  const { min, max, open, whole } = bounds;
  const schema = {
    type: whole === true ? 'integer' : 'number',
    ...(min !== undefined && { [open === true ? 'exclusiveMinimum' : 'minimum']: min }),
    ...(max !== undefined && { [open === true ? 'exclusiveMaximum' : 'maximum']: max }),
  };
  const must = `must be a ${whole === true ? 'whole' : 'finite'} number${boundsText(bounds)}`;
  return { schema, read: (value, place) => (typeof value === 'number' && isWithin(value, bounds) ? value : refuse(place, 'number', must)) };
}

export function oneOf<const W extends string>(words: readonly W[]): Shape<W> {
  const must = `must be one of ${words.join(', ')}`;
  return {
    schema: { type: 'string', enum: words },
    read: (value, place) => words.find((word) => word === value) ?? refuse(place, 'one_of', must),
  };
}

export const flag: Shape<boolean> = {
  schema: { type: 'boolean' },
  read: (value, place) => (typeof value === 'boolean' ? value : refuse(place, 'boolean', 'must be true or false')),
};

export function text(maxLength: number, minLength = 0): Shape<string> {
  const must = `must be text of ${minLength} to ${maxLength} characters`;
  return {
    schema: { type: 'string', minLength, maxLength },
    read: (value, place) =>
      typeof value === 'string' && value.length <= maxLength && value.length >= minLength ? value : refuse(place, 'text', must),
  };
}

export function list<T>(item: Shape<T>, { min = 0, max }: { readonly min?: number; readonly max: number }): Shape<readonly T[]> {
  const must = `must be a list of ${min} to ${max} items`;
  return {
    schema: { type: 'array', items: item.schema, minItems: min, maxItems: max },
    read: (value, place) => {
      if (!Array.isArray(value) || value.length < min || value.length > max) return refuse(place, 'list', must);
      const items = value.map((each, at) => item.read(each, inside(place, at)));
      return items.filter((each): each is Awaited<T> & T => each !== undefined);
    },
  };
}

/** Either form; `first` when both would do. What is wrong is said by `second`. */
export const either = <A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> => ({
  schema: { oneOf: [first.schema, second.schema] },
  read: (value, place) => first.read(value, { pointer: place.pointer, errors: [] }) ?? second.read(value, place),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuseUnknown(value: Readonly<Record<string, unknown>>, known: Shapes, place: Place): void {
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(known, name));
  for (const name of unknown.slice(0, MAX_UNKNOWN_NAMED)) refuse(inside(place, name), 'unknown_field', 'this field is not known here');
}

/** An object with these members and no others. */
export function object<R extends Shapes, O extends Shapes>(required: R, optional: O): Shape<ReadAll<R, O>> {
  const all: Shapes = { ...required, ...optional };
  const properties = Object.fromEntries(Object.entries(all).map(([name, { schema }]) => [name, schema]));
  return {
    schema: { type: 'object', additionalProperties: false, required: Object.keys(required), properties },
    read: (value, place) => {
      if (!isObject(value)) return refuse(place, 'object', 'must be a JSON object');
      refuseUnknown(value, all, place);
      const members = Object.entries(all).flatMap(([name, shape]) => {
        const given = Object.hasOwn(value, name) ? value[name] : undefined;
        if (given !== undefined) return [[name, shape.read(given, inside(place, name))] as const];
        if (Object.hasOwn(required, name)) refuse(inside(place, name), 'required', 'this field is required');
        return [];
      });
      return Object.fromEntries(members) as ReadAll<R, O>;
    },
  };
}
