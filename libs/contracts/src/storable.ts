/** Bounds of a free object: levels of nesting, and values (keys and items) in total. */
export const JSON_LIMITS = { depth: 16, values: 2_000 } as const;

/** Postgres text and jsonb cannot hold NUL, and UTF-8 cannot hold half a surrogate pair: such text would not come back as sent. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Whether a parsed JSON value stays within the bounds and holds only storable text. Iterative: depth cannot exhaust the stack. */
export function isStorableJson(root: unknown): boolean {
  let level: unknown[] = [root];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > JSON_LIMITS.depth) return false;
    const next: unknown[] = [];
    for (const value of level) {
      if (++values > JSON_LIMITS.values) return false;
      if (typeof value === 'string' && !isStorableText(value)) return false;
      if (typeof value !== 'object' || value === null) continue;
      for (const [key, item] of Object.entries(value)) {
        if (!isStorableText(key)) return false;
        next.push(item);
      }
    }
    level = next;
  }
  return true;
}
