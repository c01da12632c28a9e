import type { EventType, FieldError } from '@picly/contracts';

/** An exposure must say which arm was shown as long as no definition of the experiment is known that could assign one. */
export function checkVariant(type: EventType, body: Readonly<Record<string, unknown>>): readonly FieldError[] {
  if (type !== 'experiment-exposed' || body['variant'] !== undefined) return [];
  return [
    {
      pointer: '/variant',
      code: 'variant_required',
      message: 'variant must be given: no definition of this experiment is known that could assign one',
    },
  ];
}
