/** Bounds of a free object: levels of nesting, and values (keys and items) in total. */
export const JSON_LIMITS = { depth: 16, values: 2_000 } as const;

/** Postgres text and jsonb cannot hold NUL, and UTF-8 cannot hold half a surrogate pair: such text would not come back as sent. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const isUnstorable = (value: unknown): boolean => typeof value === 'string' && !isStorableText(value);

/** What is directly inside a value; `undefined` when a name in it cannot be stored. */
function inside(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value) && Object.keys(value).some(isUnstorable)) return undefined;
  const items: readonly unknown[] = Object.values(value);
  return items;
}

/** Whether a parsed JSON value stays within the bounds and holds only storable text. Iterative: depth cannot exhaust the stack. */
export function isStorableJson(root: unknown): boolean {
  let level: readonly unknown[] = [root];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > JSON_LIMITS.depth || values > JSON_LIMITS.values || level.some(isUnstorable)) return false;
    const next: unknown[] = [];
    for (const value of level) {
      const items = inside(value);
      if (items === undefined) return false;
      for (const item of items) next.push(item);
    }
    level = next;
  }
  return true;
}
