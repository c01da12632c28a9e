import { stableIds } from '@picly/api-client';
import { isMissing, optionalCondition } from './condition';
import { compileConversion, CONVERSION_KEYS, KINDS, type Kind } from './convert';
import { isObject, optional, type Node } from './document';
import { RowError, type RowView } from './row';

/** A compiled field: its value for a row (`undefined` leaves it out), and the columns it reads, for reports. */
export interface Expression {
  readonly columns: readonly string[];
  evaluate(view: RowView): unknown;
}

/** What an expression is compiled for. */
export interface Target {
  /** Name of the mapping: ids are made in its namespace. */
  readonly namespace: string;
  /** What the value becomes when the document does not say. */
  readonly kind: Kind;
}

const SOURCES = ['column', 'columns', 'const', 'template', 'uuid', 'object', 'list'] as const;
const STEPS = ['match', 'optional', 'case', 'trim', 'lookup', 'otherwise', 'empty', 'default', 'as', 'when', 'namespace'];
const KEYS: readonly string[] = [...SOURCES, ...STEPS, ...CONVERSION_KEYS];

/** A column name, or an object with one source and the steps that follow it. */
export function compileExpression(node: Node, target: Target): Expression {
  if (typeof node.value === 'string') return withSteps(node, columnSource([node.value]), target);
  node.object(KEYS);
  const sources = SOURCES.filter((key) => node.has(key));
  const [source] = sources;
  if (source === undefined || sources.length > 1) return node.fail(`needs exactly one of ${SOURCES.join(', ')}`);
  return conditional(node, SOURCE[source](node, target));
}

const SOURCE: Readonly<Record<(typeof SOURCES)[number], (node: Node, target: Target) => Expression>> = {
  column: (node, target) => withSteps(node, columnSource([node.member('column').text()]), target),
  columns: (node, target) => withSteps(node, columnSource(node.member('columns').texts()), target),
  template: (node, target) => withSteps(node, templateSource(node.member('template').text()), target),
  const: (node) => constantSource(node.member('const').value),
  uuid: uuidSource,
  object: (node, target) => objectSource(node.member('object'), target),
  list: (node, target) => listSource(node.member('list'), target),
};

const constantSource = (value: unknown): Expression => ({ columns: [], evaluate: () => value });

function conditional(node: Node, inner: Expression): Expression {
  const when = optionalCondition(node);
  if (!when) return inner;
  return { columns: inner.columns, evaluate: (view) => (when(view) ? inner.evaluate(view) : undefined) };
}

/** The first of the columns that has a value. */
function columnSource(columns: readonly string[]): Expression {
  return {
    columns,
    evaluate: (view) => {
      let value: unknown;
      for (const column of columns) {
        value = view.get(column);
        if (!isMissing(value)) return value;
      }
      return value;
    },
  };
}

/** `${column}` stands for the value; when one is missing, so is the whole. */
function templateSource(text: string): Expression {
  const parts = text.split(/\$\{([^}]+)\}/);
  const columns = parts.filter((_, at) => at % 2 === 1);
  return {
    columns,
    evaluate: (view) => {
      const values = columns.map((column) => view.get(column));
      if (values.some(isMissing)) return undefined;
      return parts.map((part, at) => (at % 2 === 0 ? part : String(values[(at - 1) / 2]))).join('');
    },
  };
}

function uuidSource(node: Node, { namespace }: Target): Expression {
  const columns = node.member('uuid').texts();
  if (columns.length === 0) node.member('uuid').fail('must name at least one column');
  const id = stableIds(optional(node, 'namespace', (member) => member.text()) ?? namespace);
  return {
    columns,
    evaluate: (view) => id(...columns.map((column) => requiredPart(view, column))),
  };
}

/** The text of a column that is part of an id: without it different things would get the same id. */
export function requiredPart(view: RowView, column: string): string {
  const value = view.get(column);
  if (isMissing(value)) throw new RowError('required', 'has no value, and an id is made of it', column);
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

function objectSource(node: Node, target: Target): Expression {
  const members = node.members().map(([key, member]) => [key, compileExpression(member, { ...target, kind: 'text' })] as const);
  return {
    columns: members.flatMap(([, member]) => member.columns),
    evaluate: (view) => {
      const pairs = members.map(([key, member]) => [key, member.evaluate(view)] as const).filter(([, value]) => value !== undefined);
      return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
    },
  };
}

function listSource(node: Node, target: Target): Expression {
  const items = node.items().map((item) => compileExpression(item, { ...target, kind: 'text' }));
  return {
    columns: items.flatMap((item) => item.columns),
    evaluate: (view) => {
      const values = items.map((item) => item.evaluate(view)).filter((value) => value !== undefined);
      return values.length === 0 ? undefined : values;
    },
  };
}

type Step = (value: unknown) => unknown;

function withSteps(node: Node, source: Expression, target: Target): Expression {
  const kind = optional(node, 'as', (member) => member.oneOf(KINDS)) ?? target.kind;
  const empty = new Set(optional(node, 'empty', (member) => member.items().map((item) => item.value)));
  const fallback = node.has('default') ? node.member('default').value : undefined;
  const steps = [trimStep(node, kind), matchStep(node), caseStep(node), lookupStep(node), compileConversion(node, kind)];
  const pipeline = steps.filter((step): step is Step => step !== undefined);
  return {
    columns: source.columns,
    evaluate: (view) => {
      let value = source.evaluate(view);
      for (const step of pipeline) {
        if (value === undefined || value === null || empty.has(value)) return fallback;
        value = step(value);
      }
      return value;
    },
  };
}

function trimStep(node: Node, kind: Kind): Step | undefined {
  const wanted = optional(node, 'trim', (member) => member.flag()) ?? kind !== 'text';
  // Blanks alone are no number, date or word: the value is missing.
  return wanted ? (value) => (typeof value === 'string' ? value.trim() || undefined : value) : undefined;
}

/** The first group of the pattern that took part, else all that matched. */
function matchStep(node: Node): Step | undefined {
  if (!node.has('match')) return undefined;
  const pattern = node.member('match').pattern();
  const mayMiss = optional(node, 'optional', (member) => member.flag()) ?? node.has('default');
  return (value) => {
    const match = pattern.exec(String(value));
    if (match) return match.slice(1).find((group) => group !== undefined) ?? match[0];
    if (mayMiss) return undefined;
    throw new RowError('no_match', 'does not look as the mapping expects');
  };
}

function caseStep(node: Node): Step | undefined {
  const wanted = optional(node, 'case', (member) => member.oneOf(['lower', 'upper']));
  if (wanted === undefined) return undefined;
  return (value) => (wanted === 'lower' ? String(value).toLowerCase() : String(value).toUpperCase());
}

function lookupStep(node: Node): Step | undefined {
  if (!node.has('lookup')) return undefined;
  const found = new Map(
    node
      .member('lookup')
      .members()
      .map(([key, member]) => [key, member.value]),
  );
  const otherwise = node.has('otherwise') ? { value: node.member('otherwise').value } : undefined;
  return (value) => {
    const key = String(value);
    if (found.has(key)) return found.get(key);
    if (otherwise) return otherwise.value;
    throw new RowError('not_in_lookup', 'is not in the lookup table of the mapping');
  };
}
