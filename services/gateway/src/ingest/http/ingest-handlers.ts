import { encodePosition, type AnyEventDefinition, type FieldError } from '@picly/contracts';
import { ProblemError } from '@picly/platform';
import { admit, type AdmissionContext } from '../admit';
import type { Admission, AdmittedEvent, Outcome } from '../admitted-event';
import type { VariantOf } from '../check-variant';
import { batchEventIdOf, eventIdOf } from '../event-id';
import type { Ingest } from '../ingest';
import type { RateLimiter } from '../rate-limiter';
import { batchEntriesOf, batchEntryOf } from './batch-body';
import { problemOf, unavailableOf } from './refusals';
import type { Writer } from './writer';

export interface IngestDeps {
  readonly ingest: Pick<Ingest, 'take'>;
  readonly limiter: RateLimiter;
  readonly tags: ReadonlySet<string>;
  /** Assigns exposures that name no arm. */
  readonly variants?: { for(bodies: readonly unknown[]): Promise<VariantOf> };
  readonly now: () => number;
}

/** What a write call brings beside its body. */
export interface WriteRequest {
  readonly writer: Writer;
  /** The sender's address, for the rate limit. */
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly body: unknown;
}

export interface SingleAnswer {
  readonly event_id: string;
  readonly position: string;
  readonly deduplicated?: true;
}

export interface BatchResult {
  readonly event_id?: string;
  readonly status: 'accepted' | 'rejected';
  readonly deduplicated?: true;
  readonly errors?: readonly FieldError[];
}

export interface BatchAnswer {
  readonly results: readonly BatchResult[];
  /** `null` when no event of the batch was kept. */
  readonly position: string | null;
}

const EXPOSED = 'experiment-exposed';
const isExposure = (entry: unknown): boolean => typeof entry === 'object' && entry !== null && 'type' in entry && entry.type === 'exposure';

const NOT_FOR_BROWSERS = 'a browser key may not send events of this type';

const mayWrite = (writer: Writer, definition: AnyEventDefinition): boolean => writer.mayWrite === 'everything' || definition.http.browser;

/** Throws `rate_limited` when the sender has used up what the key allows. */
export function limitRate(request: Pick<WriteRequest, 'writer' | 'address'>, events: number, limiter: RateLimiter): void {
  const { keyId, eventsPerMinute } = request.writer;
  if (eventsPerMinute === null) return;
  const waitSeconds = limiter.take(`${keyId ?? ''} ${request.address}`, events, eventsPerMinute);
  if (waitSeconds > 0)
    throw new ProblemError('rate_limited', {
      detail: `this key allows ${eventsPerMinute} events a minute`,
      retryAfterSeconds: waitSeconds,
    });
}

async function commit(events: readonly AdmittedEvent[], ingest: IngestDeps['ingest']): Promise<readonly Outcome[]> {
  try {
    return await ingest.take(events);
  } catch (error) {
    throw unavailableOf(
      error,
      events.map((event) => event.id),
    );
  }
}

/** Takes one event. Every way to say no is a `ProblemError`. */
export async function takeSingle(definition: AnyEventDefinition, request: WriteRequest, deps: IngestDeps): Promise<SingleAnswer> {
  if (!mayWrite(request.writer, definition)) throw new ProblemError('forbidden', { detail: NOT_FOR_BROWSERS });
  limitRate(request, 1, deps.limiter);
  const variantOf = definition.type === EXPOSED ? await deps.variants?.for([request.body]) : undefined;
  const admission = admit(definition, request.body, {
    receivedAt: deps.now(),
    userAgent: request.userAgent,
    tags: deps.tags,
    variantOf,
    idOf: (body) => eventIdOf(body, request.idempotencyKey),
  });
  if (admission.kind === 'refused') throw problemOf(admission.refusal, admission.eventId);
  const [outcome] = await commit([admission.event], deps.ingest);
  if (!outcome) throw new Error('an event has no outcome');
  const { id } = admission.event;
  if (outcome.kind === 'refused') throw problemOf(outcome.refusal, id);
  const position = encodePosition([outcome.position]);
  return outcome.kind === 'known' ? { event_id: id, position, deduplicated: true } : { event_id: id, position };
}

type Entry = Admission | { readonly kind: 'unreadable'; readonly result: BatchResult };

function admitEntry(entry: unknown, writer: Writer, context: AdmissionContext): Entry {
  const read = batchEntryOf(entry);
  if ('errors' in read) return { kind: 'unreadable', result: rejected(read.eventId, read.errors) };
  if (!mayWrite(writer, read.definition)) {
    const eventId = read.body['event_id'];
    return {
      kind: 'unreadable',
      result: rejected(typeof eventId === 'string' ? eventId : undefined, [
        { pointer: '/type', code: 'forbidden', message: NOT_FOR_BROWSERS },
      ]),
    };
  }
  return admit(read.definition, read.body, context);
}

const rejected = (eventId: string | undefined, errors: readonly FieldError[]): BatchResult => ({
  ...(eventId !== undefined && { event_id: eventId }),
  status: 'rejected',
  errors,
});

function resultOf(entry: Entry, outcome: Outcome | undefined): BatchResult {
  switch (entry.kind) {
    case 'unreadable':
      return entry.result;
    case 'refused': {
      const { code, detail, errors } = entry.refusal;
      return rejected(entry.eventId, errors ?? [{ pointer: '', code, message: detail }]);
    }
    case 'admitted': {
      if (!outcome) throw new Error('an event has no outcome');
      if (outcome.kind === 'refused')
        return rejected(
          entry.event.id,
          outcome.refusal.errors ?? [{ pointer: '/event_id', code: outcome.refusal.code, message: outcome.refusal.detail }],
        );
      return outcome.kind === 'known'
        ? { event_id: entry.event.id, status: 'accepted', deduplicated: true }
        : { event_id: entry.event.id, status: 'accepted' };
    }
  }
}

/** Takes a batch: good events are kept when others are bad; one result per event, in order. */
export async function takeBatch(request: WriteRequest, deps: IngestDeps): Promise<BatchAnswer> {
  const raw = batchEntriesOf(request.body);
  limitRate(request, raw.length, deps.limiter);
  const receivedAt = deps.now();
  const exposures = raw.filter(isExposure);
  const variantOf = exposures.length > 0 ? await deps.variants?.for(exposures) : undefined;
  const entries = raw.map((entry, index) =>
    admitEntry(entry, request.writer, {
      receivedAt,
      userAgent: request.userAgent,
      tags: deps.tags,
      variantOf,
      idOf: (body) => batchEventIdOf(body, request.idempotencyKey, index),
    }),
  );
  const events = entries.flatMap((entry) => (entry.kind === 'admitted' ? [entry.event] : []));
  const outcomes = events.length > 0 ? await commit(events, deps.ingest) : [];
  let next = 0;
  const results = entries.map((entry) => resultOf(entry, entry.kind === 'admitted' ? outcomes[next++] : undefined));
  const positions = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [] : [outcome.position]));
  return { results, position: positions.length > 0 ? encodePosition(positions) : null };
}
