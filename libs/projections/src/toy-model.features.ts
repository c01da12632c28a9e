import type { DecodedEvent } from '@picly/contracts';
import { anEvent, uuidOf } from '@picly/testing';

type Row = Record<string, unknown>;

export const generation = (n: number): string => uuidOf(n, 0xa);

/** A plausible history of a dozen generations: ratings before and after their generation, re-ratings, equal times. */
export function toyHistory(count: number): DecodedEvent[] {
  return Array.from({ length: count }, (_, i) =>
    i % 4 === 1
      ? anEvent('generation-completed', { generation_id: generation(i % 13), engine: i % 13 < 6 ? 'dalle3' : 'flux-pro' })
      : anEvent(
          'rating-submitted',
          { generation_id: generation((i * 7) % 13), rating: 1 + (i % 5) },
          { occurredAt: 1_700_000_000_000 + ((i * 31) % 50) },
        ),
  );
}

/** What the tables of `toyProjection` must hold after these events, in this order per generation; written independently of it. */
export function toyTables(events: readonly DecodedEvent[]): Record<string, Row[]> {
  const facts = new Map<string, { engine: string | null; generation_id: string; rated_at_ms: number; rating: number | null }>();
  const seen = new Set<string>();
  for (const event of events) {
    if (seen.has(event.id) || (event.type !== 'rating-submitted' && event.type !== 'generation-completed')) continue;
    seen.add(event.id);
    const id = event.data.generation_id;
    const fact = facts.get(id) ?? { engine: null, generation_id: id, rated_at_ms: 0, rating: null };
    facts.set(id, fact);
    if (event.type === 'generation-completed') fact.engine = event.data.engine;
    else if (event.occurredAt >= fact.rated_at_ms) Object.assign(fact, { rating: event.data.rating, rated_at_ms: event.occurredAt });
  }
  const all = [...facts.values()].sort((a, b) => (a.generation_id < b.generation_id ? -1 : 1));
  const engines = [...new Set(all.flatMap(({ engine }) => engine ?? []))].sort();
  return {
    toy_facts: all,
    toy_engines: engines.map((engine) => {
      const own = all.filter((fact) => fact.engine === engine);
      const ratings = own.flatMap(({ rating }) => rating ?? []);
      return { engine, generations: own.length, ratings: ratings.length, stars: ratings.reduce((sum, stars) => sum + stars, 0) };
    }),
  };
}
