import { isMissing } from './condition';
import type { Expression } from './expression';
import { RowError, type RowView, type SourceRow } from './row';

/** What every row can be asked for beside its own columns. */
export const ROW_NUMBER = '$row';
export const FILE_NAME = '$file';
/** The record itself where it is no object (a list of texts). */
export const WHOLE_VALUE = '$value';

export interface ViewContext {
  /** Base name of the file. */
  readonly file: string;
  /** Other names for a column, in order of preference. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly computed: ReadonlyMap<string, Expression>;
}

/** A row with its aliases and computed columns; computed ones are evaluated once, when first asked for. */
export class MappedView implements RowView {
  private readonly known = new Map<string, unknown>();
  private readonly underway = new Set<string>();

  constructor(
    readonly row: SourceRow,
    private readonly context: ViewContext,
  ) {}

  get(column: string): unknown {
    const computed = this.context.computed.get(column);
    if (computed) return this.compute(column, computed);
    if (column === ROW_NUMBER) return this.row.number;
    if (column === FILE_NAME) return this.context.file;
    const value = read(this.row.fields, column);
    if (!isMissing(value)) return value;
    for (const alias of this.context.aliases.get(column) ?? []) {
      const other = read(this.row.fields, alias);
      if (!isMissing(other)) return other;
    }
    return value;
  }

  private compute(column: string, expression: Expression): unknown {
    if (this.known.has(column)) return this.known.get(column);
    if (this.underway.has(column)) throw new RowError('circular', 'is computed from itself', column);
    this.underway.add(column);
    const value = expression.evaluate(this);
    this.known.set(column, value);
    return value;
  }
}

/** A column, or, beginning with "/", a JSON pointer into nested records. */
function read(fields: Readonly<Record<string, unknown>>, column: string): unknown {
  if (Object.hasOwn(fields, column)) return fields[column];
  if (!column.startsWith('/')) return undefined;
  let value: unknown = fields;
  for (const part of column.slice(1).split('/')) {
    const key = part.replace(/~1/g, '/').replace(/~0/g, '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
