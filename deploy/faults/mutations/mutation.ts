/** An exact piece of source and what it is without the protection. */
export interface Edit {
  readonly find: string;
  readonly replace: string;
}

/** A protection, how it is taken away, and the test that must notice. */
export interface Mutation {
  readonly protection: string;
  /** What the product does without it, in words. */
  readonly removed: string;
  /** Path below the root. */
  readonly file: string;
  readonly edits: readonly [Edit, ...Edit[]];
  /** Path below the root of the spec, and the title of a test in it. */
  readonly spec: string;
  readonly test: string;
}

/** The source without the protection. Throws when a piece to be replaced is not in it exactly once. */
export function withoutProtection(source: string, { file, edits }: Pick<Mutation, 'file' | 'edits'>): string {
  return edits.reduce((text, { find, replace }) => {
    const times = text.split(find).length - 1;
    if (times !== 1) throw new Error(`${file} holds ${times} times, and not once: ${find}`);
    return text.replace(find, () => replace);
  }, source);
}
