import { stableIds, type BatchEvent } from '@picly/api-client';
import { EVENTS_BY_HTTP_NAME, schemaOf, validateBody, type AnyEventDefinition } from '@picly/contracts';
import { optionalCondition, type Condition } from './condition';
import type { Kind } from './convert';
import { isObject, optional, type Node } from './document';
import { compileExpression, requiredPart, type Expression } from './expression';
import { RowError, type RowProblem, type RowView } from './row';

interface Field {
  readonly name: string;
  readonly expression: Expression;
}

/** One event that a row may become. */
export interface EventRule {
  /** Part of the ids it makes. */
  readonly name: string;
  /** Its ids are made of the row's identity, not of columns of its own. */
  readonly needsRowIdentity: boolean;
  /** Without a time of its own the order of arrival decides which of two ratings is the later one. */
  readonly timed: boolean;
  /** The event, `undefined` when its condition does not hold, or what is wrong with the row. */
  apply(view: RowView, rowIdentity: () => string): BatchEvent | readonly RowProblem[] | undefined;
}

const KEYS = ['type', 'when', 'id', 'fields', 'name'];

export function compileEventRule(node: Node, namespace: string): EventRule {
  node.object(KEYS);
  const type = node.member('type').text();
  const definition = EVENTS_BY_HTTP_NAME.get(type);
  if (!definition) return node.member('type').fail(`must be one of ${[...EVENTS_BY_HTTP_NAME.keys()].join(', ')}`);
  const name = optional(node, 'name', (member) => member.text()) ?? type;
  const rule: CompiledRule = {
    type,
    definition,
    when: optionalCondition(node),
    fields: compileFields(node.member('fields'), definition, namespace),
    id: optional(node, 'id', (member) => member.texts()),
    makeId: stableIds(`${namespace} ${name}`),
  };
  return {
    name,
    needsRowIdentity: rule.id === undefined,
    timed: rule.fields.some((field) => field.name === 'occurred_at'),
    apply: (view, rowIdentity) => apply(rule, view, rowIdentity),
  };
}

interface CompiledRule {
  readonly type: string;
  readonly definition: AnyEventDefinition;
  readonly when: Condition | undefined;
  readonly fields: readonly Field[];
  readonly id: readonly string[] | undefined;
  readonly makeId: (...parts: readonly unknown[]) => string;
}

function compileFields(node: Node, definition: AnyEventDefinition, namespace: string): readonly Field[] {
  const kinds = kindsOf(definition);
  return node.members().map(([name, member]) => {
    const kind = kinds.get(name);
    if (kind === undefined) return member.fail(`${definition.http.name} has no such field; it has ${[...kinds.keys()].join(', ')}`);
    return { name, expression: compileExpression(member, { namespace, kind }) };
  });
}

/** What the event's schema wants each field to be. */
function kindsOf(definition: AnyEventDefinition): ReadonlyMap<string, Kind> {
  const { properties } = schemaOf(definition.body);
  return new Map(Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => [name, kindOf(schema)]));
}

function kindOf(schema: unknown): Kind {
  if (!isObject(schema)) return 'text';
  if (schema['format'] === 'instant') return 'date';
  const byType: Readonly<Record<string, Kind>> = { integer: 'number', number: 'number', boolean: 'boolean', array: 'list', object: 'json' };
  return byType[String(schema['type'])] ?? 'text';
}

function apply(rule: CompiledRule, view: RowView, rowIdentity: () => string): BatchEvent | readonly RowProblem[] | undefined {
  if (rule.when && !rule.when(view)) return undefined;
  const body: Record<string, unknown> = {};
  const problems: RowProblem[] = [];
  for (const { name, expression } of rule.fields) {
    const value = attempt(() => expression.evaluate(view), `/${name}`, expression.columns[0], problems);
    if (value !== undefined) body[name] = value;
  }
  const own = attempt(() => idOf(rule, view, rowIdentity), '/event_id', undefined, problems);
  if (own !== undefined) body['event_id'] ??= own;
  if (problems.length > 0) return problems;
  const errors = validateBody(rule.definition.body, body);
  if (errors.length > 0) return errors.map((error) => ({ ...error, ...columnOf(rule, error.pointer) }));
  return { type: rule.type, ...body, event_id: String(body['event_id']) };
}

function idOf({ id, makeId }: CompiledRule, view: RowView, rowIdentity: () => string): string {
  return id ? makeId(...id.map((column) => requiredPart(view, column))) : makeId('row', rowIdentity());
}

/** The value, or `undefined` with the problem noted. */
function attempt<T>(work: () => T, pointer: string, column: string | undefined, problems: RowProblem[]): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    const at = error.column ?? column;
    problems.push({
      pointer,
      code: error.code,
      message: at === undefined ? error.message : `${at} ${error.message}`,
      ...(at !== undefined && { column: at }),
    });
    return undefined;
  }
}

function columnOf(rule: CompiledRule, pointer: string): { column?: string } {
  const field = rule.fields.find(({ name }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`));
  const column = field?.expression.columns[0];
  return column === undefined ? {} : { column };
}
