import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { promptAnalytics } from '../../projection/prompt-analytics.projection';
import type { RatingRow } from './rating-row';
import { RatingsQueries, type RatingsFilter } from './ratings.queries';

const NOON = Date.UTC(2026, 0, 1, 12);
const [G1, G2, G3] = [uuidOf(1), uuidOf(2), uuidOf(3)];

let spec: ProjectionSpec;
beforeAll(async () => {
  spec = await openProjectionSpec(promptAnalytics);
});
afterEach(() => spec.clear());
afterAll(() => spec.close());

const list = async (filter: Partial<RatingsFilter> = {}): Promise<readonly RatingRow[]> =>
  (await new RatingsQueries(spec.sql).list({ limit: 50, ...filter })).rows;
const generation = (id: string, at = NOON, changes: object = {}) =>
  anEvent('generation-completed', { generation_id: id, ...changes }, { occurredAt: at });
const rating = (id: string, user: string, at: number, receivedAt = at) =>
  anEvent('rating-submitted', { generation_id: id, user_id: user, rating: 4, time_to_rate_ms: 12_500 }, { occurredAt: at, receivedAt });

describe('the rating facts', () => {
  it('have one row per generation and rater, and one for a generation nobody has rated', async () => {
    await spec.fold([generation(G1), rating(G1, 'ann', NOON + 1), rating(G1, 'bob', NOON + 2), generation(G2, NOON + 3)]);

    expect((await list()).map(({ generation_id, user_id, rating: stars }) => [generation_id, user_id, stars])).toEqual([
      [G1, 'ann', 4],
      [G1, 'bob', 4],
      [G2, 'ann', null],
    ]);
  });

  it('tell amounts in currency units and durations in seconds', async () => {
    await spec.fold([
      generation(G1, NOON, { cost_micros: 80_000, revenue_micros: 96_000, response_time_ms: 3_500 }),
      rating(G1, 'ann', NOON + 1),
    ]);

    expect(await list()).toMatchObject([{ cost: 0.08, revenue: 0.096, currency: 'USD', response_time: 3.5, time_to_rate: 12.5 }]);
  });

  it('can be asked for by generation, rater, engine and time', async () => {
    await spec.fold([
      generation(G1, NOON, { engine: 'a' }),
      rating(G1, 'ann', NOON + 10),
      generation(G2, NOON + 20, { engine: 'b' }),
      rating(G2, 'bob', NOON + 30),
    ]);

    expect(await list({ generationId: G1 })).toHaveLength(1);
    expect(await list({ userId: 'bob' })).toMatchObject([{ generation_id: G2 }]);
    expect(await list({ engine: 'a' })).toMatchObject([{ generation_id: G1 }]);
    expect(await list({ fromMs: NOON + 10, toMs: NOON + 30 })).toMatchObject([{ generation_id: G1 }]);
    expect(await list({ engine: 'a', userId: 'bob' })).toEqual([]);
  });

  it('can be asked for by stars, tag, words and prompt, which leaves out what nobody has rated', async () => {
    const rated = (user: string, at: number, changes: object) =>
      anEvent('rating-submitted', { generation_id: G1, user_id: user, ...changes }, { occurredAt: at, receivedAt: at });
    await spec.fold([
      generation(G1, NOON, { prompt: 'a fox' }),
      rated('ann', NOON + 1, { rating: 1, tags: ['details'], feedback: 'six fingers' }),
      rated('bob', NOON + 2, { rating: 5, tags: ['colors'] }),
      generation(G2, NOON + 3, { prompt: 'a lighthouse' }),
    ]);
    const raters = async (filter: Partial<RatingsFilter>) => (await list(filter)).map((row) => row.user_id);

    expect(await raters({ maxRating: 2 })).toEqual(['ann']);
    expect(await raters({ minRating: 2 })).toEqual(['bob']);
    expect(await raters({ tag: 'details' })).toEqual(['ann']);
    expect(await raters({ hasFeedback: true })).toEqual(['ann']);
    const [fox] = await list({ userId: 'bob' });
    expect(await list({ promptHash: fox?.prompt_hash ?? '' })).toHaveLength(2);
  });

  it('come newest first when asked so, page by page, each once', async () => {
    await spec.fold([
      generation(G1),
      rating(G1, 'ann', NOON + 1),
      rating(G1, 'bob', NOON + 2),
      generation(G2, NOON + 3),
      generation(G3, NOON + 4),
    ]);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await new RatingsQueries(spec.sql).list({ limit: 2, order: 'newest', ...(cursor !== null && { cursor }) });
      seen.push(...page.rows.map((row) => `${row.generation_id} ${row.rating === null ? '-' : row.user_id}`));
      cursor = page.nextCursor;
    } while (cursor !== null);

    expect(seen).toEqual([`${G3} -`, `${G2} -`, `${G1} bob`, `${G1} ann`]);
  });

  it('come page by page, each once, and what arrives late comes last', async () => {
    await spec.fold([
      generation(G1),
      rating(G1, 'ann', NOON + 1),
      rating(G1, 'bob', NOON + 1),
      rating(G1, 'cyd', NOON + 1),
      generation(G2, NOON + 1),
    ]);
    const queries = new RatingsQueries(spec.sql);
    const first = await queries.list({ limit: 2 });
    await spec.fold([generation(G3, NOON - 9_000_000), rating(G3, 'late', NOON - 9_000_000, NOON + 5_000)]);
    const second = await queries.list({ limit: 50, ...(first.nextCursor !== null && { cursor: first.nextCursor }) });

    const users = [first, second].flatMap((page) => page.rows.map((row) => row.user_id));
    expect(users).toHaveLength(5);
    expect(users.at(-1)).toBe('late');
    expect(second.nextCursor).toBeNull();
  });

  it('keep a rating of an unknown generation', async () => {
    await spec.fold([rating(G1, 'ann', NOON)]);

    expect(await list()).toMatchObject([{ known: false, engine: null, prompt: null, rating: 4 }]);
  });

  it('show the last rating of a rater, and the history shows them all', async () => {
    await spec.fold([generation(G1), rating(G1, 'ann', NOON + 1), rating(G1, 'ann', NOON + 2)]);

    expect(await list()).toMatchObject([{ revisions: 2 }]);
    expect(await new RatingsQueries(spec.sql).history(G1)).toMatchObject([
      { current: false, time_to_rate: 12.5 },
      { current: true, time_to_rate: 12.5 },
    ]);
  });
});
