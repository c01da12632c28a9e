/** What is known of a unit: plan, source, engine, device and every user trait, by name. Objects are reached with dots: `device.type`. */
export type Attributes = Readonly<Record<string, unknown>>;

export type Scalar = string | number | boolean | null;

/** Every comparison named must hold. An absent attribute is null; `lt` and the like hold between numbers only, nothing is converted. */
export interface Comparison {
  readonly is?: Scalar;
  readonly not?: Scalar;
  readonly in?: readonly Scalar[];
  readonly not_in?: readonly Scalar[];
  readonly lt?: number;
  readonly lte?: number;
  readonly gt?: number;
  readonly gte?: number;
  readonly exists?: boolean;
  /** Name of a list of values that whoever asks knows. */
  readonly in_group?: string;
}

/** Lists of values by name, for `in_group`. */
export type Groups = Readonly<Record<string, readonly Scalar[]>>;

/**
 * `{"plan": "pro", "age": {"gte": 18}}`: every member must hold. `all`, `any` (lists of conditions) and `none` (a condition that
 * must not hold) combine conditions; no attribute can have these names. `{}` holds for everybody.
 */
export interface Condition {
  readonly [attribute: string]: Scalar | Comparison | Condition | readonly Condition[];
}

type Test = (actual: unknown, wanted: unknown, groups: Groups) => boolean;

const numbers =
  (compare: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    typeof actual === 'number' && typeof wanted === 'number' && compare(actual, wanted);
const contains: Test = (actual, wanted) => Array.isArray(wanted) && wanted.includes(actual);

const TESTS: Readonly<Record<keyof Comparison, Test>> = {
  is: (actual, wanted) => actual === wanted,
  not: (actual, wanted) => actual !== wanted,
  in: contains,
  not_in: (actual, wanted) => Array.isArray(wanted) && !wanted.includes(actual),
  lt: numbers((a, b) => a < b),
  lte: numbers((a, b) => a <= b),
  gt: numbers((a, b) => a > b),
  gte: numbers((a, b) => a >= b),
  exists: (actual, wanted) => (actual !== null) === wanted,
  in_group: (actual, wanted, groups) => contains(actual, own(groups, String(wanted)), groups),
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isComparisonName = (name: string): name is keyof Comparison => Object.prototype.hasOwnProperty.call(TESTS, name);

function own(object: unknown, name: string): unknown {
  return isObject(object) && Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined;
}

/** A member of this very name, else the way through the objects that the dots describe; null when there is none. */
export function attribute(attributes: Attributes, name: string): unknown {
  const direct = own(attributes, name);
  return (direct === undefined ? name.split('.').reduce<unknown>(own, attributes) : direct) ?? null;
}

function holds(actual: unknown, wanted: unknown, groups: Groups): boolean {
  if (!isObject(wanted)) return actual === wanted;
  return Object.keys(wanted).every((name) => isComparisonName(name) && TESTS[name](actual, wanted[name], groups));
}

const listed = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : []);

/** Whether a unit is meant. What is no condition holds for nobody. */
export function matches(condition: unknown, attributes: Attributes, groups: Groups = {}): boolean {
  if (!isObject(condition)) return false;
  const inner = (each: unknown): boolean => matches(each, attributes, groups);
  return Object.keys(condition).every((name) => {
    const wanted = condition[name];
    if (name === 'all') return Array.isArray(wanted) && wanted.every(inner);
    if (name === 'any') return listed(wanted).some(inner);
    if (name === 'none') return isObject(wanted) && !inner(wanted);
    return holds(attribute(attributes, name), wanted, groups);
  });
}
