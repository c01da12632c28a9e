import { fieldAt, type FieldKind } from './fields';

/** What stands in the fields of a definition, by pointer. */
export type Draft = Readonly<Record<string, string>>;

function textOf(kind: FieldKind, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (kind === 'words' && Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is sent of a text; what is none of its kind goes as it is, so that the server says what is wrong with it. */
function valueOf(kind: FieldKind, text: string): unknown {
  if (kind === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (kind === 'words') {
    const words = text.split(',').map((word) => word.trim());
    return words.filter((word) => word !== '');
  }
  if (kind !== 'json') return text.trim();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The texts of a definition. */
export function draftOf(value: unknown, at = ''): Draft {
  const field = fieldAt(at);
  if (field !== undefined) return { [at]: textOf(field.kind, value) };
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([name, part]) => draftOf(part, `${at}/${name}`))) as Draft;
}

type Node = Record<string, unknown> | unknown[];

function child(node: Node, name: string, isList: boolean): Node {
  const all = node as Record<string, unknown>;
  all[name] ??= isList ? [] : {};
  return all[name] as Node;
}

const isRow = (pointer: string): boolean => /\/\d+\//.test(pointer);

/** The definition that the texts are; empty ones are left to the server's defaults, a row without texts is still a row. */
export function definitionOf(draft: Draft): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [pointer, text] of Object.entries(draft)) {
    if (text.trim() === '' && !isRow(pointer)) continue;
    const names = pointer.slice(1).split('/');
    let node: Node = root;
    for (const [i, name] of names.slice(0, -1).entries()) node = child(node, name, /^\d+$/.test(names[i + 1] ?? ''));
    if (text.trim() !== '') (node as Record<string, unknown>)[names.at(-1) ?? ''] = valueOf(fieldAt(pointer)?.kind ?? 'text', text);
  }
  return root;
}

const rowOf = (pointer: string, list: string): number | undefined => {
  const found = pointer.startsWith(`${list}/`) ? /^\d+(?=\/)/.exec(pointer.slice(list.length + 1)) : null;
  return found === null ? undefined : Number(found[0]);
};

/** How many rows a list has. */
export const rowCount = (draft: Draft, list: string): number =>
  Math.max(0, ...Object.keys(draft).map((pointer) => (rowOf(pointer, list) ?? -1) + 1));

/** Without a row; those behind it move up. */
export function withoutRow(draft: Draft, list: string, row: number): Draft {
  const rest = Object.entries(draft).flatMap(([pointer, text]): [string, string][] => {
    const own = rowOf(pointer, list);
    if (own === undefined || own < row) return [[pointer, text]];
    return own === row ? [] : [[pointer.replace(`${list}/${own}/`, `${list}/${own - 1}/`), text]];
  });
  return Object.fromEntries(rest);
}

interface Problem {
  readonly pointer: string;
  readonly message: string;
}

/** What is wrong with a field; what is wrong inside of it where it is one text of many parts. */
export function problemsAt(problems: readonly Problem[], pointer: string): readonly string[] {
  const isWhole = ['json', 'words'].includes(fieldAt(pointer)?.kind ?? '');
  return problems.filter(({ pointer: at }) => at === pointer || (isWhole && at.startsWith(`${pointer}/`))).map(({ message }) => message);
}
