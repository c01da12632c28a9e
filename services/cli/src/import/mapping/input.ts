import { optional, type Node } from './document';

export const FORMATS = ['csv', 'ndjson', 'json', 'words'] as const;
export type InputFormat = (typeof FORMATS)[number];

/** How the file is to be read. */
export interface InputSpec {
  /** Absent: told from the name of the file. `words`: columns parted by blanks. */
  readonly format: InputFormat | undefined;
  readonly delimiter: string;
  readonly quote: string | undefined;
  /** Names of the columns when the file has no line with them. */
  readonly columns: readonly string[] | undefined;
  /** Lines before the first record or the line with the names. */
  readonly skipLines: number;
}

export function inputSpec(node: Node): InputSpec {
  if (node.value !== undefined) node.object(['format', 'delimiter', 'quote', 'columns', 'skip_lines']);
  const columns = optional(node, 'columns', (member) => member.texts());
  const delimiter = optional(node, 'delimiter', oneCharacter);
  return {
    format: optional(node, 'format', (member) => member.oneOf(FORMATS)),
    delimiter: delimiter ?? ',',
    quote:
      optional(node, 'quote', (member) => (member.value === '' ? undefined : oneCharacter(member))) ??
      (node.has('quote') ? undefined : '"'),
    columns,
    skipLines: optional(node, 'skip_lines', wholeNumber) ?? 0,
  };
}

function oneCharacter(node: Node): string {
  const text = node.text();
  return text.length === 1 ? text : node.fail('must be one character');
}

function wholeNumber(node: Node): number {
  const n = node.number();
  return Number.isInteger(n) && n >= 0 ? n : node.fail('must be a whole number, 0 or more');
}
