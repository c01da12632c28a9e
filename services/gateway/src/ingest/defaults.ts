import type { EventType } from '@picly/contracts';
import { deviceOf } from './device';

const PRICED: ReadonlySet<EventType> = new Set<EventType>(['generation-completed', 'engine-call-measured']);

/** The same fact in one spelling: UUIDs in lower case, the currency said. */
export function normalise(type: EventType, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const normal: Record<string, unknown> = { ...body };
  if (typeof body['generation_id'] === 'string') normal['generation_id'] = body['generation_id'].toLowerCase();
  if (PRICED.has(type) && body['currency'] === undefined) normal['currency'] = 'USD';
  return normal;
}

/** What the request around the body tells: the device of a behavior that names none. */
export function fillFromRequest(
  type: EventType,
  body: Readonly<Record<string, unknown>>,
  userAgent: string | undefined,
): Readonly<Record<string, unknown>> {
  if (type !== 'behavior-tracked' || body['device'] !== undefined) return body;
  const device = deviceOf(userAgent);
  return device ? { ...body, device } : body;
}
