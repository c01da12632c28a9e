import type { FieldError } from '@picly/contracts';
import type { Place, Shape } from './shape';

/** A body as its shape says, or everything that is wrong with it. `check` looks at what concerns several fields. */
export function readBody<T>(shape: Shape<T>, body: unknown, check?: (value: T, place: Place) => void): T | readonly FieldError[] {
  const place: Place = { pointer: '', errors: [] };
  const value = shape.read(body, place);
  if (value !== undefined && place.errors.length === 0) check?.(value, place);
  if (value === undefined || place.errors.length > 0) return place.errors;
  return value;
}
