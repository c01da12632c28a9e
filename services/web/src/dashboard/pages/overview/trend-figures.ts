import { endOf, type Figures, type Series } from '../../chart/series';
import type { Format } from '../../format/numbers';
import { fullDay } from '../../format/time';
import type { Column } from '../../parts/data-table';
import type { TrendDay } from './dashboard';

/** A day with the day that it is compared with. */
export interface TrendRow extends TrendDay {
  readonly before: TrendDay | undefined;
}

/** The figures of a day that can be drawn. */
type Figure = Exclude<keyof TrendDay, 'day'>;

interface Line {
  readonly name: string;
  readonly colour: number;
  readonly of: Figure;
  readonly lower?: Figure;
  readonly upper?: Figure;
}

/** One chart of the trend. */
export interface Trend {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly n: string;
  readonly lines: readonly Line[];
  readonly format: Format;
  readonly fromZero: boolean;
  /** Further figures of the table. */
  readonly beside: readonly (readonly [of: Figure, label: string, format: Format])[];
  /** Where the rows are. */
  readonly rows?: readonly [path: string, label: string];
  readonly target?: { readonly value: number; readonly label: string };
}

/** Whose figures: of the days shown, or of those that they are compared with. */
interface Side {
  readonly of: (row: TrendRow) => TrendDay | undefined;
  /** Behind the names of columns. */
  readonly label: string;
  readonly suffix: '' | '_before';
}

const NOW: Side = { of: (row) => row, label: '', suffix: '' };
const BEFORE: Side = { of: ({ before }) => before, label: ', before', suffix: '_before' };

const dayColumn = ({ of, label, suffix }: Side): Column<TrendRow> => ({
  id: `day${suffix}`,
  label: `Day${label}`,
  value: (row) => of(row)?.day ?? null,
  show: (row) => fullDay(of(row)?.day ?? ''),
});

function column(id: Figure, label: string, format: Format, side: Side): Column<TrendRow> {
  const value = (row: TrendRow): number | null => side.of(row)?.[id] ?? null;
  return { id: `${id}${side.suffix}`, label: `${label}${side.label}`, value, show: (row) => format(value(row)), numeric: true };
}

const endIn = (row: TrendDay | undefined, of: Figure, end: Figure): number | null => (row ? endOf(row, of, end) : null);

/** An end of the interval of a figure; files hold what the answer says. */
function bound([of, end]: readonly [of: Figure, end: Figure], label: string, format: Format, side: Side): Column<TrendRow> {
  const inFile = column(end, label, format, side);
  const value = (row: TrendRow): number | null => endIn(side.of(row), of, end);
  return { ...inFile, value, files: [inFile], show: (row) => format(value(row)) };
}

export function columnsOf({ lines, format, beside }: Trend, isCompared: boolean): readonly Column<TrendRow>[] {
  const sides = isCompared ? [NOW, BEFORE] : [NOW];
  return sides.flatMap((side) => [
    dayColumn(side),
    ...lines.flatMap(({ name, of, lower, upper }) => [
      column(of, name, format, side),
      ...(lower === undefined ? [] : [bound([of, lower], 'From', format, side)]),
      ...(upper === undefined ? [] : [bound([of, upper], 'To', format, side)]),
    ]),
    ...beside.map(([of, label, as]) => column(of, label, as, side)),
  ]);
}

function figuresOf({ of, lower, upper }: Line, rows: readonly (TrendDay | undefined)[]): Figures {
  const boundsOf = (end: Figure): readonly (number | null)[] => rows.map((row) => endIn(row, of, end));
  return {
    values: rows.map((row) => row?.[of] ?? null),
    ...(lower !== undefined && { lower: boundsOf(lower) }),
    ...(upper !== undefined && { upper: boundsOf(upper) }),
  };
}

export const seriesOf = ({ lines }: Trend, rows: readonly TrendRow[], isCompared: boolean): readonly Series[] =>
  lines.map((line) => ({
    name: line.name,
    colour: line.colour,
    ...figuresOf(line, rows),
    ...(isCompared && {
      before: figuresOf(
        line,
        rows.map(({ before }) => before),
      ),
    }),
  }));
