import { isObject, optional, type Node } from './document';
import type { RowView } from './row';

export type Condition = (view: RowView) => boolean;

const COMPARISONS = ['equals', 'in', 'matches', 'present', 'gt', 'gte', 'lt', 'lte'] as const;
const KEYS = ['column', ...COMPARISONS, 'all', 'any', 'not'];

export const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

/** `{"column": "x", "equals": "y"}`, also `in`, `matches`, `present`, `gt`, `gte`, `lt`, `lte`; combined by `all`, `any`, `not`. */
export function compileCondition(node: Node): Condition {
  node.object(KEYS);
  if (node.has('all')) return combined(node.member('all').items(), (conditions, view) => conditions.every((each) => each(view)));
  if (node.has('any')) return combined(node.member('any').items(), (conditions, view) => conditions.some((each) => each(view)));
  if (node.has('not')) {
    const inner = compileCondition(node.member('not'));
    return (view) => !inner(view);
  }
  return comparison(node);
}

function combined(nodes: readonly Node[], combine: (conditions: readonly Condition[], view: RowView) => boolean): Condition {
  const conditions = nodes.map(compileCondition);
  return (view) => combine(conditions, view);
}

// CSV knows text only: 1 in the document and "1" in the file are the same value.
const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function comparison(node: Node): Condition {
  const column = node.member('column').text();
  const tests = COMPARISONS.filter((key) => node.has(key)).map((key) => testOf(key, node.member(key)));
  if (tests.length === 0) node.fail(`needs one of ${COMPARISONS.join(', ')}`);
  return (view) => {
    const value = view.get(column);
    return tests.every((test) => test(value));
  };
}

function testOf(key: (typeof COMPARISONS)[number], node: Node): (value: unknown) => boolean {
  switch (key) {
    case 'equals': {
      if (isObject(node.value)) node.fail('must be text, a number or true or false');
      const wanted = asText(node.value);
      return (value) => !isMissing(value) && asText(value) === wanted;
    }
    case 'in': {
      const wanted = new Set(node.items().map((item) => asText(item.value)));
      return (value) => !isMissing(value) && wanted.has(asText(value));
    }
    case 'matches': {
      const pattern = node.pattern();
      return (value) => !isMissing(value) && pattern.test(asText(value));
    }
    case 'present': {
      const wanted = node.flag();
      return (value) => isMissing(value) !== wanted;
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return ordered(key, node.number());
  }
}

function ordered(key: 'gt' | 'gte' | 'lt' | 'lte', bound: number): (value: unknown) => boolean {
  const holds = {
    gt: (n: number) => n > bound,
    gte: (n: number) => n >= bound,
    lt: (n: number) => n < bound,
    lte: (n: number) => n <= bound,
  }[key];
  return (value) => !isMissing(value) && holds(Number(value));
}

export const optionalCondition = (node: Node): Condition | undefined => optional(node, 'when', compileCondition);
