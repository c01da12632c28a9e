import { raterOf, type DecodedEvent } from '@picly/contracts';

/** The events that say what a unit saw and did. */
export const FACT_EVENTS = [
  'experiment-exposed',
  'conversion-tracked',
  'rating-submitted',
  'action-tracked',
  'generation-completed',
  'user-profiled',
  'behavior-tracked',
] as const;
export type FactEvent = DecodedEvent<(typeof FACT_EVENTS)[number]>;

export type FactKind = 'exposure' | 'conversion' | 'rating' | 'action' | 'generation' | 'profile' | 'behavior';

/** Which segment a unit is in, by dimension. */
export type Segments = Readonly<Record<string, string>>;

/** What one event says about one subject. Amounts are in millionths; what they are depends on the kind (see `detailsOf`). */
export interface Fact {
  readonly subject: string;
  readonly eventId: string;
  readonly at: number;
  readonly offset: number;
  readonly kind: FactKind;
  readonly experiment: string | null;
  /** Variant, conversion metric, action or engine. */
  readonly name: string | null;
  /** Generation. */
  readonly ref: string | null;
  readonly ok: boolean | null;
  readonly a: bigint | null;
  readonly b: bigint | null;
  readonly c: bigint | null;
  readonly currency: string | null;
  readonly attributes: Segments | null;
}

type Details = Omit<Fact, 'subject' | 'eventId' | 'at' | 'offset'>;

export const MICROS = 1_000_000;
const micros = (value: number | undefined): bigint | null => (value === undefined ? null : BigInt(Math.round(value * MICROS)));
const NOTHING = { experiment: null, name: null, ref: null, ok: null, a: null, b: null, c: null, currency: null, attributes: null } as const;

/** What units are told apart by, as far as the sender says it. */
const SEGMENT_NAMES = ['engine', 'plan', 'source', 'device'] as const;
const LONGEST_SEGMENT = 100;

function attributesOf(said: Readonly<Record<string, unknown>> | undefined): Segments | null {
  const found = SEGMENT_NAMES.flatMap((name) => {
    const value = said?.[name];
    return typeof value === 'string' && value !== '' ? [[name, [...value].slice(0, LONGEST_SEGMENT).join('')] as const] : [];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

function detailsOf(event: FactEvent): Details {
  switch (event.type) {
    case 'experiment-exposed': {
      const { experiment, variant, context } = event.data;
      return { ...NOTHING, kind: 'exposure', experiment, name: variant ?? null, attributes: attributesOf(context) };
    }
    case 'conversion-tracked':
      return { ...NOTHING, kind: 'conversion', ...conversionDetails(event) };
    case 'rating-submitted': {
      const { generation_id: ref, rating, quality_score: quality } = event.data;
      return { ...NOTHING, kind: 'rating', ref, a: micros(rating), b: micros(quality) };
    }
    case 'action-tracked':
      return { ...NOTHING, kind: 'action', name: event.data.action, ref: event.data.generation_id };
    case 'generation-completed':
      return { ...NOTHING, kind: 'generation', ...generationDetails(event) };
    case 'user-profiled':
      return { ...NOTHING, kind: 'profile', attributes: attributesOf({ plan: event.data.plan, source: event.data.acquisition_source }) };
    case 'behavior-tracked':
      return { ...NOTHING, kind: 'behavior' };
  }
}

function conversionDetails({ data }: DecodedEvent<'conversion-tracked'>): Partial<Details> {
  return { experiment: data.experiment ?? null, name: data.metric, a: micros(data.value ?? 1) };
}

function generationDetails({ data }: DecodedEvent<'generation-completed'>): Partial<Details> {
  return {
    name: data.engine,
    ref: data.generation_id,
    ok: data.success,
    a: BigInt(data.response_time_ms) * 1_000n,
    b: BigInt(data.cost_micros),
    c: BigInt(data.revenue_micros),
    currency: data.currency ?? 'USD',
  };
}

/** The person (nameless when erased) and the visit an event is about. */
export function subjectsOf(event: FactEvent): readonly string[] {
  const rater = raterOf(event);
  const session = event.data.session_id;
  const all = session === undefined ? [rater] : [rater, `session:${session}`];
  return [...new Set(all)].filter((subject) => subject !== '');
}

/** One fact per subject of the event; none for events about nobody. */
export function factsOf(event: FactEvent): readonly Fact[] {
  const subjects = subjectsOf(event);
  if (subjects.length === 0) return [];
  const details = detailsOf(event);
  return subjects.map((subject) => ({ subject, eventId: event.id, at: event.occurredAt, offset: event.position.offset, ...details }));
}

/** Order of time. Offsets only tell apart what one topic says of one subject at the same millisecond. */
export function byTime(a: Fact, b: Fact): number {
  return a.at - b.at || a.offset - b.offset || (a.eventId < b.eventId ? -1 : 1);
}
