import { isComparisonName, isObject, type Comparison } from './condition';

/** What is wrong with a condition, and where (RFC 6901). */
export interface ConditionError {
  readonly pointer: string;
  readonly message: string;
}

const MAX_DEPTH = 8;
const escaped = (name: string): string => name.replace(/~/g, '~0').replace(/\//g, '~1');
const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isScalar);
const PLAIN = { test: isScalar, message: 'must be text, a number, true, false or null' };
const LIST = { test: isList, message: 'must be a list of plain values' };
const FLAG = { test: (value: unknown) => typeof value === 'boolean', message: 'must be true or false' };
const NUMBER = { test: (value: unknown) => typeof value === 'number', message: 'must be a number' };
/** Groups are given by whoever asks in a program; the product keeps none. */
const GROUP = { test: () => false, message: 'names a group, and stored definitions know none: list the values with in' };
const OPERANDS = {
  in_group: GROUP,
  is: PLAIN,
  not: PLAIN,
  in: LIST,
  not_in: LIST,
  exists: FLAG,
  lt: NUMBER,
  lte: NUMBER,
  gt: NUMBER,
  gte: NUMBER,
};

function operandError(name: keyof Comparison, wanted: unknown): string | undefined {
  const { test, message } = OPERANDS[name];
  return test(wanted) ? undefined : message;
}

function comparisonErrors(comparison: Readonly<Record<string, unknown>>, pointer: string): ConditionError[] {
  return Object.keys(comparison).flatMap((name) => {
    const message = isComparisonName(name) ? operandError(name, comparison[name]) : 'is no comparison';
    return message === undefined ? [] : [{ pointer: `${pointer}/${escaped(name)}`, message }];
  });
}

function memberErrors(name: string, wanted: unknown, at: { readonly pointer: string; readonly depth: number }): ConditionError[] {
  const { pointer, depth } = at;
  if (name === 'none') return errorsAt(wanted, pointer, depth + 1);
  if (name === 'all' || name === 'any') {
    if (!Array.isArray(wanted)) return [{ pointer, message: 'must be a list of conditions' }];
    return wanted.flatMap((each, index) => errorsAt(each, `${pointer}/${index}`, depth + 1));
  }
  if (isScalar(wanted)) return [];
  return isObject(wanted) ? comparisonErrors(wanted, pointer) : [{ pointer, message: 'must be a plain value or comparisons' }];
}

function errorsAt(condition: unknown, pointer: string, depth: number): ConditionError[] {
  if (depth > MAX_DEPTH) return [{ pointer, message: `must be at most ${MAX_DEPTH} levels deep` }];
  if (!isObject(condition)) return [{ pointer, message: 'must be an object' }];
  return Object.keys(condition).flatMap((name) => memberErrors(name, condition[name], { pointer: `${pointer}/${escaped(name)}`, depth }));
}

/** Everything that keeps a value from being a condition, for whoever writes definitions; empty when nothing does. */
export const conditionErrors = (condition: unknown): ConditionError[] => errorsAt(condition, '', 0);
