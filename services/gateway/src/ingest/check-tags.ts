import type { FieldError } from '@picly/contracts';

/** Every tag that is not one of the configured categories, by its place in the list. */
export function checkTags(body: Readonly<Record<string, unknown>>, allowed: ReadonlySet<string>): readonly FieldError[] {
  const { tags } = body;
  if (!Array.isArray(tags) || tags.every((tag: unknown) => typeof tag === 'string' && allowed.has(tag))) return [];
  return tags.flatMap((tag: unknown, index): FieldError[] => {
    if (typeof tag !== 'string' || allowed.has(tag)) return [];
    return [{ pointer: `/tags/${index}`, code: 'unknown_tag', message: `tags/${index} must be one of ${[...allowed].join(', ')}` }];
  });
}
