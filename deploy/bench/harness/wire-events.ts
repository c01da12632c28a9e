import { promptOf } from '../synthetic-events';

/** An event of the batch call. */
export type WireEvent = Readonly<Record<string, unknown>> & { readonly type: string };

const PEOPLE = 5_000;
const PROMPTS = 20_000;
const ENGINES = ['flux-pro', 'dalle3', 'sdxl', 'kandinsky'];
const ACTIONS = ['download', 'share', 'edit', 'regenerate', 'use'];
const PAGES = ['/generator', '/gallery', '/profile'];

/** The `n`-th generation's id: valid, equal in every run. */
export const generationId = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** What the rating widget sends. */
export function ratingBody(n: number): Readonly<Record<string, unknown>> {
  return {
    generation_id: generationId(n),
    rating: 1 + (n % 5),
    quality_score: (n * 7) % 101,
    user_id: `user-${(n * 31) % PEOPLE}`,
    tags: ['colors', 'details'],
    feedback: n % 4 === 0 ? 'Amazing quality!' : undefined,
    time_to_rate: 3.2,
  };
}

function generationBody(n: number): Readonly<Record<string, unknown>> {
  return {
    generation_id: generationId(n),
    prompt: promptOf((n * 7_919) % PROMPTS),
    engine: ENGINES[n % ENGINES.length],
    model_version: '1.1',
    success: true,
    response_time: 3.5,
    cost: 0.08,
    revenue: 0.096,
    user_id: `user-${(n * 31) % PEOPLE}`,
    image_url: `https://images.example/${n}.png`,
    parameters: { steps: 30, guidance: 7.5, size: '1024x1024' },
  };
}

/** Five events about the `n`-th generation: itself, two ratings, an action, and what the visitor did. */
function eventsAbout(n: number): WireEvent[] {
  const user = `user-${(n * 31) % PEOPLE}`;
  return [
    { type: 'generation', ...generationBody(n) },
    { type: 'rate', ...ratingBody(n) },
    { type: 'rate', ...ratingBody(n), user_id: `user-${(n * 17 + 1) % PEOPLE}` },
    { type: 'action', generation_id: generationId(n), action: ACTIONS[n % ACTIONS.length], user_id: user },
    { type: 'behavior', session_id: `visit-${n % PEOPLE}`, user_id: user, action: 'page_view', page: PAGES[n % PAGES.length], time: 12 },
  ];
}

/** `size` events (a multiple of 5), the `n`-th such lot. */
export function wireBatch(n: number, size: number): readonly WireEvent[] {
  const generations = size / 5;
  return Array.from({ length: generations }, (_, i) => eventsAbout(n * generations + i)).flat();
}
