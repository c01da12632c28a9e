import type { BatchEvent } from '@picly/api-client';
import { optionalCondition, type Condition } from './condition';
import { Node } from './document';
import { compileEventRule, type EventRule } from './event-rule';
import { compileExpression, requiredPart, type Expression } from './expression';
import { inputSpec, type InputSpec } from './input';
import { Occurrences } from './occurrences';
import { RowError, type RowProblem, type SourceRow } from './row';
import { MappedView, type ViewContext } from './view';

/** What became of a row: its events, or everything that is wrong with it. A row without events and problems was left out by conditions. */
export interface MappedRow {
  readonly events: readonly BatchEvent[];
  readonly problems: readonly RowProblem[];
}

/** A mapping applied to one file, row after row in the order of the file. */
export type RowMapper = (row: SourceRow) => MappedRow;

export interface Mapping {
  readonly name: string;
  readonly input: InputSpec;
  /** Every event has a time of its own: the order of arrival does not matter. */
  readonly timed: boolean;
  /** A mapper for one file; it counts exact repeats, so every file gets its own and is read from its start. */
  forFile(file: string): RowMapper;
}

const KEYS = ['name', 'description', 'input', 'aliases', 'let', 'when', 'identity', 'events', '$schema'];

/** Reads a mapping document (docs/how-to/import.md). Throws `MappingError` naming the place. */
export function compileMapping(document: unknown): Mapping {
  const root = new Node(document, '');
  root.object(KEYS);
  const name = root.member('name').text();
  if (!/^[\w.-]{1,100}$/.test(name)) root.member('name').fail('must be 1 to 100 letters, digits, dots, dashes or underscores');
  const events = root.member('events').items();
  if (events.length === 0) root.member('events').fail('must have at least one event');
  const compiled: Compiled = {
    rules: rulesOf(events, name),
    when: optionalCondition(root),
    identity: root.has('identity') ? root.member('identity').texts() : undefined,
    aliases: aliasesOf(root),
    computed: computedOf(root, name),
  };
  return {
    name,
    input: inputSpec(root.member('input')),
    timed: compiled.rules.every((rule) => rule.timed),
    forFile: (file) => mapperFor(compiled, file),
  };
}

/** Two events of one type need names of their own, or they would get the same ids. */
function rulesOf(events: readonly Node[], namespace: string): readonly EventRule[] {
  const names = new Set<string>();
  return events.map((event) => {
    const rule = compileEventRule(event, namespace);
    if (names.has(rule.name)) event.fail(`a second "${rule.name}" needs a "name" of its own`);
    names.add(rule.name);
    return rule;
  });
}

interface Compiled {
  readonly rules: readonly EventRule[];
  readonly when: Condition | undefined;
  readonly identity: readonly string[] | undefined;
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly computed: ReadonlyMap<string, Expression>;
}

function aliasesOf(root: Node): ReadonlyMap<string, readonly string[]> {
  if (!root.has('aliases')) return new Map();
  return new Map(
    root
      .member('aliases')
      .members()
      .map(([column, names]) => [column, names.texts()]),
  );
}

function computedOf(root: Node, namespace: string): ReadonlyMap<string, Expression> {
  if (!root.has('let')) return new Map();
  const members = root.member('let').members();
  return new Map(members.map(([column, member]) => [column, compileExpression(member, { namespace, kind: 'text' })]));
}

function mapperFor(compiled: Compiled, file: string): RowMapper {
  const context: ViewContext = { file, aliases: compiled.aliases, computed: compiled.computed };
  const occurrences = new Occurrences();
  const countsRepeats = !compiled.identity && compiled.rules.some((rule) => rule.needsRowIdentity);
  return (row) => {
    // Counted for every row, also those left out: an id must not depend on what the conditions are today.
    const identity = countsRepeats ? contentIdentity(row, occurrences) : undefined;
    const view = new MappedView(row, context);
    try {
      if (compiled.when && !compiled.when(view)) return { events: [], problems: [] };
      return mapRow(compiled, view, identity);
    } catch (error) {
      if (error instanceof RowError) return { events: [], problems: [problemOf(error)] };
      throw error;
    }
  };
}

const problemOf = (error: RowError): RowProblem => ({
  code: error.code,
  message: error.column === undefined ? error.message : `${error.column} ${error.message}`,
  ...(error.column !== undefined && { column: error.column }),
});

function contentIdentity(row: SourceRow, occurrences: Occurrences): string {
  const content = JSON.stringify(row.fields);
  return `${content} ${occurrences.next(content)}`;
}

/** All or nothing: a row with one bad event sends none. */
function mapRow(compiled: Compiled, view: MappedView, identity: string | undefined): MappedRow {
  const rowIdentity = () => identity ?? JSON.stringify((compiled.identity ?? []).map((column) => requiredPart(view, column)));
  const events: BatchEvent[] = [];
  const problems: RowProblem[] = [];
  for (const rule of compiled.rules) {
    const outcome = rule.apply(view, rowIdentity);
    if (outcome === undefined) continue;
    if ('type' in outcome) events.push(outcome);
    else problems.push(...outcome);
  }
  return problems.length > 0 ? { events: [], problems } : { events, problems };
}
