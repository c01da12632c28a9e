import { parse } from 'csv-parse/sync';
import type { FieldError } from '@picly/contracts';
import type { ImportedMetric, ImportRequest } from './read-import';

type Row = Readonly<Record<string, unknown>>;

/** What one unit did under one arm: the rows about it added up. */
export interface UnitValue {
  readonly sum: number;
  readonly count: number;
  readonly per: number;
  readonly pre: number;
}

/** Units by arm, and their values by metric. */
export interface Units {
  /** By metric, arm and unit. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, UnitValue>>>;
  /** Arms each unit was seen in. */
  readonly armsOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly rows: number;
  /** Rows of arms that are not compared. */
  readonly otherArms: number;
}

const MOST_ERRORS = 20;
const WORDS: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
]);

/** A number, or true and false as 1 and 0; undefined for an empty field; NaN for anything else. */
function numberOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return Number.NaN;
  return WORDS.get(value.toLowerCase()) ?? (value.trim() === '' ? undefined : Number(value));
}

/** A line that is no object has no columns, and is told as a row without unit. */
const rowOf = (value: unknown): Row => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {});

function parsed(request: ImportRequest): readonly Row[] | FieldError {
  try {
    if (request.csv !== undefined) return parse(request.csv, { columns: true, skip_empty_lines: true, bom: true });
    return (request.ndjson ?? '').split('\n').flatMap((line) => (line.trim() === '' ? [] : [rowOf(JSON.parse(line))]));
  } catch (error) {
    const name = request.csv === undefined ? 'ndjson' : 'csv';
    const message = error instanceof SyntaxError ? 'a line is not JSON' : 'the file is not well-formed CSV';
    return { pointer: `/${name}`, code: name, message };
  }
}

/** Adds the rows up, unit by unit. */
class Collector {
  readonly values = new Map<string, Map<string, Map<string, UnitValue>>>();
  readonly armsOf = new Map<string, Set<string>>();
  readonly errors: FieldError[] = [];
  otherArms = 0;
  private readonly arms: ReadonlySet<string>;

  constructor(private readonly request: ImportRequest) {
    this.arms = new Set(request.definition.arms.map(({ key }) => key));
  }

  add(row: Row, line: number): void {
    const { unitColumn, armColumn, metrics } = this.request;
    const [unit, arm] = [textOf(row[unitColumn]), textOf(row[armColumn])];
    if (unit === '' || arm === '')
      return this.fail(line, `row ${line} has no ${unit === '' ? 'unit' : 'arm'}: check unit_column and arm_column`);
    if (!this.arms.has(arm)) {
      this.otherArms++;
      return;
    }
    this.armsOf.set(unit, (this.armsOf.get(unit) ?? new Set<string>()).add(arm));
    for (const metric of metrics) this.addValue(metric, row, { unit, arm, line });
  }

  private addValue(metric: ImportedMetric, row: Row, at: { readonly unit: string; readonly arm: string; readonly line: number }): void {
    const value = numberOf(row[metric.column]);
    if (value === undefined) return;
    const per = metric.perColumn === null ? 0 : (numberOf(row[metric.perColumn]) ?? 0);
    const pre = metric.preColumn === null ? 0 : (numberOf(row[metric.preColumn]) ?? 0);
    if (![value, per, pre].every(Number.isFinite)) return this.fail(at.line, `row ${at.line} has no number for ${metric.key}`);
    const byArm = this.values.get(metric.key) ?? new Map<string, Map<string, UnitValue>>();
    this.values.set(metric.key, byArm);
    const byUnit = byArm.get(at.arm) ?? new Map<string, UnitValue>();
    byArm.set(at.arm, byUnit);
    const before = byUnit.get(at.unit) ?? { sum: 0, count: 0, per: 0, pre: 0 };
    byUnit.set(at.unit, { sum: before.sum + value, count: before.count + 1, per: before.per + per, pre: before.pre + pre });
  }

  private fail(line: number, message: string): void {
    if (this.errors.length < MOST_ERRORS) this.errors.push({ pointer: `/rows/${line}`, code: 'row', message });
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/** A column that no row has is a word misspelt: everything would be found to be nothing. */
function missingColumns({ metrics }: ImportRequest, rows: readonly Row[]): FieldError[] {
  const named = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) named.add(name);
  return metrics.flatMap(({ column, perColumn, preColumn }, at) =>
    Object.entries({ column, per_column: perColumn, pre_column: preColumn })
      .filter(([, name]) => rows.length > 0 && name !== null && !named.has(name))
      .map(([field]) => ({ pointer: `/metrics/${at}/${field}`, code: 'unknown_column', message: 'no row has a column of this name' })),
  );
}

/** The units of a file; rows of one unit under one arm are one value, as they are not independent. Or what is wrong with the rows. */
export function unitsOf(request: ImportRequest): Units | readonly FieldError[] {
  const rows = parsed(request);
  if (!Array.isArray(rows)) return [rows as FieldError];
  const missing = missingColumns(request, rows as readonly Row[]);
  if (missing.length > 0) return missing;
  const collector = new Collector(request);
  (rows as readonly Row[]).forEach((row, index) => collector.add(row, index + 1));
  const { values, armsOf, errors, otherArms } = collector;
  return errors.length > 0 ? errors : { values, armsOf, rows: rows.length, otherArms };
}
