/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `/s`, `ms`, `MB`, `x` (a ratio), `%`, ... */
  readonly unit: string;
  /** What the product promises; absent for numbers that only explain others. */
  readonly wanted?: { readonly atLeast: number } | { readonly below: number };
  /** Samples, conditions, shares. */
  readonly note?: string;
}

export interface BenchContext {
  /** Short samples, small data. */
  readonly quick: boolean;
  /** An empty directory on the disk that is measured; removed afterwards. */
  readonly dir: string;
  readonly say: (line: string) => void;
}

/** A group of figures that are measured together. */
export interface Section {
  readonly name: string;
  /** What is measured, in one line. */
  readonly title: string;
  run(context: BenchContext): Promise<readonly Figure[]>;
}

/** Undefined where nothing is promised. */
export function isMet({ value, wanted }: Figure): boolean | undefined {
  if (wanted === undefined) return undefined;
  return 'atLeast' in wanted ? value >= wanted.atLeast : value < wanted.below;
}
