import type { EventType, FieldError } from '@picly/contracts';

/** The arm that a definition assigns to an exposure that names none, or why there is none. */
export type AssignedVariant = { readonly variant: string } | { readonly why: string };

/** Looks up what was assigned to a body; undefined when no definition of its experiment is known. */
export type VariantOf = (body: Readonly<Record<string, unknown>>) => AssignedVariant | undefined;

const needsVariant = (type: EventType, body: Readonly<Record<string, unknown>>): boolean =>
  type === 'experiment-exposed' && body['variant'] === undefined;

/** An exposure must say which arm was shown, unless a definition of the experiment assigns one. */
export function checkVariant(type: EventType, body: Readonly<Record<string, unknown>>, variantOf?: VariantOf): readonly FieldError[] {
  if (!needsVariant(type, body)) return [];
  const assigned = variantOf?.(body);
  if (assigned && 'variant' in assigned) return [];
  if (assigned) return [{ pointer: '/variant', code: 'not_in_experiment', message: `variant cannot be assigned: ${assigned.why}` }];
  return [
    {
      pointer: '/variant',
      code: 'variant_required',
      message: 'variant must be given: no definition of this experiment is known that could assign one',
    },
  ];
}

/** The body with the arm assigned to it, where it names none itself. */
export function fillVariant(
  type: EventType,
  body: Readonly<Record<string, unknown>>,
  variantOf: VariantOf | undefined,
): Readonly<Record<string, unknown>> {
  const assigned = variantOf !== undefined && needsVariant(type, body) ? variantOf(body) : undefined;
  return assigned && 'variant' in assigned ? { ...body, variant: assigned.variant } : body;
}
