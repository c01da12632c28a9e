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
  return {
    value,
    previous,
    change,
    change_rate: change === null || previous === null || previous === 0 ? null : rounded(change / previous),
  };
}

/** The change of one figure between two rows. */
export const changeIn = (current: Row | undefined, previous: Row | undefined, name: string): Change =>
  changeOf(numberIn(current, name), numberIn(previous, name));

/** A list by day, and which of its figures to show under which names. */
export interface DailyList {
  /** Absent when the list could not be had. */
  readonly rows: readonly Row[] | undefined;
  /** 0 on a day without a row. */
  readonly counts: Readonly<Record<string, string>>;
  /** null on a day without a row. */
  readonly rates: Readonly<Record<string, string>>;
}

/** The figures of several lists side by side, one row for every day. */
export function byDay(days: readonly string[], lists: readonly DailyList[]): Row[] {
  const found = lists.map(({ rows, counts, rates }) => ({
    byDate: rows && new Map(rows.map((row) => [String(row['day']), row])),
    figures: [
      ...Object.entries(counts).map(([name, source]) => ({ name, source, whenAbsent: 0 })),
      ...Object.entries(rates).map(([name, source]) => ({ name, source, whenAbsent: null })),
    ],
  }));
  return days.map((day) => {
    const columns = found.flatMap(({ byDate, figures }) =>
      figures.map(({ name, source, whenAbsent }) => {
        const row = byDate?.get(day);
        return [name, row || !byDate ? numberIn(row, source) : whenAbsent] as const;
      }),
    );
    return { day, ...Object.fromEntries(columns) };
  });
}
