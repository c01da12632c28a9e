import type { DecodedEvent, EventType } from '@picly/contracts';
import { topicOf } from '@picly/contracts';
import { partitionFor } from '@picly/event-log';

/** How large the world is that a benchmark reads from. */
export interface SyntheticWorld {
  readonly ratings: number;
  readonly prompts: number;
  /** Days the events are spread over, ending at `endsAt`. */
  readonly days: number;
  readonly endsAt: number;
  readonly seed: number;
}

export const MILLION_RATINGS: SyntheticWorld = { ratings: 1_000_000, prompts: 100_000, days: 90, endsAt: Date.UTC(2026, 0, 1), seed: 1 };

const ADJECTIVES =
  'red blue ancient tiny giant golden sleepy furious glass wooden stormy quiet neon frozen burning mossy rusty velvet crystal paper'.split(
    ' ',
  );
const SUBJECTS =
  'fox castle dragon teapot robot astronaut violin lighthouse samurai octopus tiger train piano wizard cathedral bicycle owl whale garden spaceship knight market bridge cat dog mountain portrait mermaid clock library'.split(
    ' ',
  );
const PLACES =
  'forest desert harbour rooftop moon cave meadow city ruins kitchen station valley island museum canyon tunnel village swamp glacier theatre orchard battlefield library bazaar reef'.split(
    ' ',
  );
const ACTS =
  'reading sleeping dancing flying burning melting singing waiting exploding fishing floating hunting cooking painting running'.split(' ');
const TAILS = [
  '',
  ', oil painting',
  ', highly detailed, artstation',
  ', 8k, octane render',
  ', watercolor',
  ', cinematic lighting, masterpiece',
  ', trending on artstation',
];
const ENGINES = [
  { engine: 'flux-pro', version: '1.1', quality: 0.8 },
  { engine: 'dalle3', version: 'hd', quality: 0.7 },
  { engine: 'sdxl', version: '1.0', quality: 0.55 },
  { engine: 'sdxl', version: 'turbo', quality: 0.4 },
  { engine: 'kandinsky', version: '3', quality: 0.5 },
] as const;
const TAGS = ['composition', 'colors', 'details', 'lighting', 'accuracy', 'style', 'realism', 'creative'];
const PARTITIONS = 6;

/** The words of the `n`-th prompt: distinct for distinct n, sharing words with many others. */
export function promptOf(n: number): string {
  const pick = (list: readonly string[], at: number): string => list[at % list.length] ?? '';
  const words = [
    pick(ADJECTIVES, n),
    pick(SUBJECTS, Math.floor(n / 20)),
    pick(ACTS, Math.floor(n / 600)),
    pick(PLACES, Math.floor(n / 9_000)),
  ];
  const rest = Math.floor(n / 225_000);
  return `a ${words[0]} ${words[1]} ${words[2]} in the ${words[3]}${rest > 0 ? ` number ${rest}` : ''} of ${pick(SUBJECTS, n * 7 + 3)}${pick(TAILS, n * 31)}`;
}

function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hex = (n: number, digits: number): string => Math.floor(n).toString(16).padStart(digits, '0');

/** A person of whom there are 20,000, few of them busy. */
const personOf = (random: () => number): string => `user-${Math.floor(20_000 * random() ** 2)}`;

interface Moment {
  readonly random: () => number;
  readonly generationId: string;
  readonly at: number;
  readonly n: number;
}

let offset = 0;

function event<T extends EventType>(type: T, moment: Moment, delayMs: number, data: object): DecodedEvent {
  const { random, generationId } = moment;
  const occurredAt = moment.at + delayMs;
  const id = `${hex(occurredAt, 12).slice(0, 8)}-${hex(occurredAt, 12).slice(8)}-7${hex(random() * 4096, 3)}-8${hex(random() * 4096, 3)}-${hex(random() * 2 ** 48, 12)}`;
  const partition = partitionFor(generationId, PARTITIONS);
  const position = { topic: topicOf(type), partition, offset: offset++ };
  return { id, type, occurredAt, receivedAt: occurredAt, position, data: { generation_id: generationId, ...data } } as DecodedEvent;
}

function ratingEvent(moment: Moment, quality: number): DecodedEvent {
  const { random } = moment;
  const rating = Math.min(5, Math.max(1, Math.round(1 + 4 * (quality + (random() - 0.5) * 0.9))));
  const tags = TAGS.filter(() => random() < 0.2);
  return event('rating-submitted', moment, 60_000, {
    rating,
    user_id: personOf(random),
    ...(random() < 0.5 && { quality_score: Math.round(rating * 180 + random() * 100) / 10 }),
    ...(random() < 0.1 && { feedback: 'The light is wonderful, the hands are not.' }),
    ...(tags.length > 0 && { tags }),
    ...(random() < 0.8 && { time_to_rate_ms: Math.round(1000 * Math.exp(1.5 + 2.5 * random())) }),
  });
}

function generationEvent(moment: Moment, prompt: string, { engine, version }: (typeof ENGINES)[number]): DecodedEvent {
  const { random } = moment;
  const success = random() < 0.97;
  return event('generation-completed', moment, 0, {
    prompt,
    engine,
    model_version: version,
    success,
    response_time_ms: Math.round(800 * Math.exp(2 * random())),
    cost_micros: 20_000 + Math.floor(60_000 * random()),
    revenue_micros: 90_000,
    currency: 'USD',
    user_id: personOf(random),
    parameters: { steps: 30, guidance: 7.5, size: '1024x1024' },
    ...(success ? { image_url: `https://images.example/${moment.generationId}.png` } : { error: 'timeout' }),
  });
}

/**
 * Events of about `ratings * 2.1` in number, in the order of their generations: every generation, on average 1.4 ratings of it,
 * and its actions. Popular prompts are much more popular than others. Equal seeds give equal events.
 */
export function* syntheticEvents(world: SyntheticWorld): Generator<DecodedEvent> {
  const random = mulberry(world.seed);
  const generations = Math.round(world.ratings / 1.4);
  const startsAt = world.endsAt - world.days * 86_400_000;
  let ratings = 0;
  for (let n = 0; ratings < world.ratings; n++) {
    const at = startsAt + Math.floor(((n % generations) / generations) * world.days * 86_400_000);
    const generationId = `${hex(at, 12).slice(0, 8)}-${hex(at, 12).slice(8)}-7${hex(random() * 4096, 3)}-9${hex(random() * 4096, 3)}-${hex(random() * 2 ** 48, 12)}`;
    const moment: Moment = { random, generationId, at, n };
    const rank = n < world.prompts ? n : Math.floor(world.prompts * random() ** 3);
    const engine = ENGINES[Math.floor(random() * ENGINES.length)] ?? ENGINES[0];
    yield generationEvent(moment, promptOf(rank), engine);
    const raters = random() < 0.8 ? 1 + Math.floor(random() * 2.5) : 0;
    for (let k = 0; k < raters && ratings < world.ratings; k++, ratings++)
      yield ratingEvent(moment, engine.quality + ((rank % 11) - 5) / 25);
    for (const action of ['download', 'share', 'edit', 'regenerate', 'use']) {
      if (random() < 0.13) yield event('action-tracked', moment, 90_000, { action, user_id: personOf(random) });
    }
  }
}
