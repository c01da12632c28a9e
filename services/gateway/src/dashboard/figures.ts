/** A row of some read endpoint. */
export type Row = Readonly<Record<string, unknown>>;

/** The number under a name; `null` when there is none. */
export function numberIn(row: Row | undefined, name: string): number | null {
  const value = row?.[name];
  return typeof value === 'number' ? value : null;
}

/** A figure beside the one of the stretch before. */
export interface Change {
  readonly value: number | null;
  readonly previous: number | null;
  /** `value - previous`; null when one of them is not known. */
  readonly change: number | null;
  /** `change / previous`; null when the previous one is 0 or not known. */
  readonly change_rate: number | null;
}

const rounded = (value: number): number => Number(value.toFixed(6));

export function changeOf(value: number | null, previous: number | null): Change {
  const change = value === null || previous === null ? null : rounded(value - previous);
  return { value, previous, change, change_rate: change === null || previous === null || previous === 0 ? null : rounded(change / previous) };
}

/** The change of one figure between two rows. */
export const changeIn = (current: Row | undefined, previous: Row | undefined, name: string): Change => changeOf(numberIn(current, name), numberIn(previous, name));

/** The figures of several lists by day, side by side, one row for every day; a day that a list lacks has null there. */
export function byDay(days: readonly string[], lists: readonly { readonly rows: readonly Row[]; readonly figures: Readonly<Record<string, string>> }[]): Row[] {
  const found = lists.map(({ rows, figures }) => ({ figures: Object.entries(figures), rows: new Map(rows.map((row) => [String(row['day']), row])) }));
  return days.map((day) => {
    const columns = found.flatMap(({ figures, rows }) => figures.map(([name, source]) => [name, numberIn(rows.get(day), source)] as const));
    return { day, ...Object.fromEntries(columns) };
  });
}
