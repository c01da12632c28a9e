import {
  isEventType,
  storedData,
  validateBody,
  type AnyEventDefinition,
  type EventTimes,
  type EventType,
  type FieldError,
} from '@picly/contracts';
import type { Admission } from './admitted-event';
import { canonicalBody } from './canonical';
import { checkTags } from './check-tags';
import { checkTimes } from './check-times';
import { checkVariant, fillVariant, type VariantOf } from './check-variant';
import { fillFromRequest, normalise } from './defaults';
import type { EventId } from './event-id';

/** Larger events do not fit a record of the log once sealed (Kafka takes 1 MiB by default). */
export const MAX_EVENT_BYTES = 512 * 1024;

/** What the admission of a body depends on beside the body. */
export interface AdmissionContext {
  readonly receivedAt: number;
  readonly userAgent: string | undefined;
  readonly tags: ReadonlySet<string>;
  /** What exposures without an arm were assigned. */
  readonly variantOf?: VariantOf | undefined;
  readonly idOf: (body: Readonly<Record<string, unknown>>) => EventId;
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** Keeps what validation said of a field over what later checks say of it. */
function merge(first: readonly FieldError[], later: readonly FieldError[]): readonly FieldError[] {
  if (later.length === 0) return first;
  const said = new Set(first.map((each) => each.pointer));
  return [...first, ...later.filter((each) => !said.has(each.pointer) && !said.has(each.pointer.replace(/\/\d+$/, '')))];
}

const isTooLarge = (canonical: string): boolean => canonical.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(canonical) > MAX_EVENT_BYTES;

function refuse(errors: readonly FieldError[], id: EventId): Admission {
  const refusal = { code: 'validation_failed', detail: errors.map((each) => each.message).join('; '), errors } as const;
  return { kind: 'refused', refusal, ...('id' in id && id.fromSender && { eventId: id.id }) };
}

interface Checks {
  readonly id: EventId;
  readonly times: EventTimes | readonly FieldError[];
  readonly tags: readonly FieldError[];
  readonly variant: readonly FieldError[];
}

const NONE: readonly FieldError[] = [];

function semanticErrors({ id, times, tags, variant }: Checks): readonly FieldError[] {
  const ofId = 'errors' in id ? id.errors : NONE;
  const ofTimes = 'length' in times ? times : NONE;
  return ofId.length + ofTimes.length + tags.length + variant.length === 0 ? NONE : [...ofId, ...tags, ...variant, ...ofTimes];
}

function typeOf(definition: AnyEventDefinition): EventType {
  if (!isEventType(definition.type)) throw new Error(`${definition.type} is not in the catalogue`);
  return definition.type;
}

/** One body through every step before the log: validate, check, complete, stamp. Pure but for ids made. Names every failing field. */
export function admit(definition: AnyEventDefinition, raw: unknown, context: AdmissionContext): Admission {
  const invalid = validateBody(definition.body, raw);
  if (!isObject(raw)) return refuse(invalid, { errors: [] });
  const type = typeOf(definition);
  const id = context.idOf(raw);
  const times = checkTimes(raw, context.receivedAt);
  const variant = checkVariant(type, raw, context.variantOf);
  const errors = merge(invalid, semanticErrors({ id, times, tags: checkTags(raw, context.tags), variant }));
  if (errors.length > 0 || 'errors' in id || 'length' in times) return refuse(errors, id);
  const body = normalise(type, raw);
  const canonical = canonicalBody(definition, body);
  if (isTooLarge(canonical)) {
    return {
      kind: 'refused',
      eventId: id.id,
      refusal: { code: 'body_too_large', detail: `An event may have at most ${MAX_EVENT_BYTES} bytes.` },
    };
  }
  const data = storedData(definition, fillVariant(type, fillFromRequest(type, body, context.userAgent), context.variantOf));
  return { kind: 'admitted', event: { id: id.id, idFromSender: id.fromSender, type, definition, data, times, canonical } };
}
