import { promptHash } from '@picly/prompt-text';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { promptAnalytics } from './prompt-analytics.projection';

const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const FOX = promptHash('a red fox');
const [G1, G2] = [uuidOf(1), uuidOf(2)];

let view: ProjectionSpec;
beforeAll(async () => {
  view = await openProjectionSpec(promptAnalytics);
});
afterEach(() => view.clear());
afterAll(() => view.close());

const aGeneration = (id: string, changes: Parameters<typeof anEvent<'generation-completed'>>[1] = {}, occurredAt = NOON) =>
  anEvent(
    'generation-completed',
    { generation_id: id, prompt: 'a red fox', engine: 'flux-pro', model_version: '1.1', ...changes },
    { occurredAt },
  );
const aRating = (id: string, rating: number, changes: Parameters<typeof anEvent<'rating-submitted'>>[1] = {}, occurredAt = NOON + MINUTE) =>
  anEvent('rating-submitted', { generation_id: id, rating, user_id: 'ann', ...changes }, { occurredAt });

const totals = async () =>
  (await view.rows('prompt_totals')).map(({ prompt_hash, generations, r1, r2, r3, r4, r5 }) => ({
    prompt_hash,
    generations,
    stars: [r1, r2, r3, r4, r5],
  }));
const bucketsOfDay = async () =>
  (await view.rows('rating_buckets'))
    .filter((row) => row['grain_minutes'] === 1440)
    .map(({ engine, generations, r1, r2, r3, r4, r5 }) => ({ engine, generations, stars: [r1, r2, r3, r4, r5] }));

describe('ratings', () => {
  it('a second rating by the same rater replaces the first everywhere, and the first stays in the history', async () => {
    await view.fold([aGeneration(G1), aRating(G1, 2, { quality_score: 20.5, tags: ['colors'], time_to_rate_ms: 9000 })]);
    await view.fold([aRating(G1, 5, { quality_score: 90.25, tags: ['style'] }, NOON + 2 * MINUTE)]);

    expect(await totals()).toEqual([{ prompt_hash: FOX, generations: 1, stars: [0, 0, 0, 0, 1] }]);
    expect(await bucketsOfDay()).toEqual([{ engine: 'flux-pro', generations: 1, stars: [0, 0, 0, 0, 1] }]);
    expect((await view.rows('tag_buckets')).map((row) => row['tag'])).toEqual(['style', 'style']);
    expect(await view.rows('time_to_rate_bins')).toEqual([]);
    expect(await view.rows('ratings')).toMatchObject([{ rating: 5, revisions: 2, quality_score: '90.25' }]);
    const history = await view.sql.query('select rating, current from picly.rating_history order by rated_at');
    expect(history).toEqual([
      { rating: 2, current: false },
      { rating: 5, current: true },
    ]);
  });

  it('the squares of quality scores follow the scores that count, also when only their spread changes', async () => {
    const squares = async () => {
      const tables = await Promise.all(
        ['prompt_totals', 'prompt_analytics', 'rating_buckets', 'tag_buckets'].map((name) => view.rows(name)),
      );
      return [...new Set(tables.flat().map((row) => `${String(row['quality_nanos'])} ${String(row['quality_squares'])}`))];
    };
    const scored = (user_id: string, quality_score: number, at: number) => aRating(G1, 4, { user_id, quality_score, tags: ['style'] }, at);
    await view.fold([aGeneration(G1), scored('ann', 10, NOON), scored('bob', 90, NOON)]);
    expect(await squares()).toEqual(['100000000000 8200000000']);
    await view.fold([scored('ann', 50, NOON + MINUTE), scored('bob', 50, NOON + MINUTE)]);
    expect(await squares()).toEqual(['100000000000 5000000000']);
  });

  it('a rating that happened earlier but arrives later changes nothing but the history', async () => {
    await view.fold([aGeneration(G1), aRating(G1, 5, {}, NOON + 2 * MINUTE)]);
    await view.fold([aRating(G1, 1, {}, NOON + MINUTE)]);

    expect(await totals()).toEqual([{ prompt_hash: FOX, generations: 1, stars: [0, 0, 0, 0, 1] }]);
    expect(await view.rows('superseded_ratings')).toMatchObject([{ rating: 1 }]);
  });

  it('ratings of different raters of one generation all count', async () => {
    await view.fold([
      aGeneration(G1),
      aRating(G1, 5),
      aRating(G1, 3, { user_id: 'bob' }),
      aRating(G1, 1, { user_id: undefined, session_id: 's' }),
    ]);

    expect(await totals()).toEqual([{ prompt_hash: FOX, generations: 1, stars: [1, 0, 1, 0, 1] }]);
  });

  it('a rating may come before its generation: it counts under no engine, then moves', async () => {
    await view.fold([aRating(G1, 4, { tags: ['style'], time_to_rate_ms: 1000 })]);
    expect(await bucketsOfDay()).toEqual([{ engine: '', generations: 0, stars: [0, 0, 0, 1, 0] }]);
    expect(await totals()).toEqual([]);

    await view.fold([aGeneration(G1)]);
    expect(await bucketsOfDay()).toEqual([{ engine: 'flux-pro', generations: 1, stars: [0, 0, 0, 1, 0] }]);
    expect(await totals()).toEqual([{ prompt_hash: FOX, generations: 1, stars: [0, 0, 0, 1, 0] }]);
    expect(new Set((await view.rows('tag_buckets')).map((row) => row['engine']))).toEqual(new Set(['flux-pro']));
  });

  it('feedback counts when it says something', async () => {
    await view.fold([aRating(G1, 4, { feedback: 'Nice' }), aRating(G2, 4, { feedback: '' })]);

    const rows = await view.sql.query('select sum(feedback_count)::int as n from rating_buckets where grain_minutes = 1440');
    expect(rows).toEqual([{ n: 1 }]);
  });
});

describe('generations', () => {
  it('several reports about one generation count once, the latest wins', async () => {
    await view.fold([aGeneration(G1, { cost_micros: 10, prompt: 'a red fox' }), aRating(G1, 5)]);
    await view.fold([aGeneration(G1, { cost_micros: 30, engine: 'dalle3', prompt: 'a blue fox' }, NOON + MINUTE)]);
    await view.fold([aGeneration(G1, { cost_micros: 20, engine: 'other' }, NOON - MINUTE)]);

    expect(await view.rows('generations')).toMatchObject([{ cost_micros: 30, engine: 'dalle3' }]);
    expect(await totals()).toEqual([{ prompt_hash: promptHash('a blue fox'), generations: 1, stars: [0, 0, 0, 0, 1] }]);
    expect(await bucketsOfDay()).toEqual([{ engine: 'dalle3', generations: 1, stars: [0, 0, 0, 0, 1] }]);
  });

  it('may take many ratings from one prompt to another', async () => {
    const raters = Array.from({ length: 12 }, (_, n) => aRating(G1, n % 2 === 0 ? 5 : 1, { user_id: `rater ${n}` }));
    await view.fold([aGeneration(G1), ...raters]);
    await view.fold([aGeneration(G1, { prompt: 'a blue fox' }, NOON + MINUTE)]);

    expect(await totals()).toEqual([{ prompt_hash: promptHash('a blue fox'), generations: 1, stars: [6, 0, 0, 0, 6] }]);
  });

  it('a generation whose prompt is erased counts for its engine and for no prompt', async () => {
    const erased = anEvent('generation-completed', { generation_id: G1, user_id: 'gone' }, { occurredAt: NOON, erased: true });
    await view.fold([erased, aRating(G1, 5)]);

    expect(await bucketsOfDay()).toMatchObject([{ engine: 'flux-pro', generations: 1 }]);
    expect(await totals()).toEqual([]);
    expect(await view.rows('prompts')).toEqual([]);
    expect(await view.rows('generations')).toMatchObject([{ prompt: null, user_id: null, known: true }]);
  });

  it('a prompt shows its earliest spelling', async () => {
    await view.fold([aGeneration(G1, { prompt: 'A RED FOX' })]);
    await view.fold([aGeneration(G2, { prompt: 'A red  fox!' }, NOON - MINUTE)]);

    expect(await view.rows('prompts')).toMatchObject([{ prompt_hash: FOX, prompt: 'A red  fox!', terms: ['a', 'red', 'fox'] }]);
    expect(await view.rows('term_frequency')).toEqual([
      { term: '', prompts: 1 },
      { term: 'a', prompts: 1 },
      { term: 'fox', prompts: 1 },
      { term: 'red', prompts: 1 },
    ]);
  });

  it('text comes back byte for byte', async () => {
    const prompt = `"'\\ {,} \u202e \u{1f98a} <script> \t\n ﷺ`;
    await view.fold([aGeneration(G1, { prompt }), aRating(G1, 4, { feedback: prompt, tags: ['"{,\\}'], user_id: 'a\\"b' })]);
    await view.fold([aRating(G1, 5, { feedback: prompt, user_id: 'a\\"b' }, NOON + 2 * MINUTE)]);

    expect(await view.sql.query('select prompt, feedback, user_id, rating from picly.generation_ratings')).toEqual([
      { prompt, feedback: prompt, user_id: 'a\\"b', rating: 5 },
    ]);
    expect(await view.rows('superseded_ratings')).toMatchObject([{ feedback: prompt, tags: ['"{,\\}'] }]);
  });
});

describe('actions', () => {
  const anAction = (action: 'download' | 'share', occurredAt = NOON + MINUTE) =>
    anEvent('action-tracked', { generation_id: G1, action }, { occurredAt });

  it('count as often as they happened, and once for the rate', async () => {
    await view.fold([aGeneration(G1), aGeneration(G2), anAction('download'), anAction('download', NOON + 2 * MINUTE), anAction('share')]);

    expect(await view.rows('prompt_totals')).toMatchObject([
      { generations: 2, downloads: 2, downloaded: 1, shares: 1, shared: 1, uses: 0 },
    ]);
    expect(await view.rows('generation_actions')).toHaveLength(3);
  });

  it('may come before their generation, and move to its engine with it', async () => {
    await view.fold([anAction('download')]);
    expect(await view.sql.query('select engine, downloads, downloaded from rating_buckets where grain_minutes = 15')).toEqual([
      { engine: '', downloads: 1, downloaded: 0 },
    ]);

    await view.fold([aGeneration(G1)]);
    expect(await view.sql.query('select engine, downloads, downloaded from rating_buckets where grain_minutes = 15')).toEqual([
      { engine: 'flux-pro', downloads: 1, downloaded: 1 },
    ]);
  });
});

/** Reports, ratings and actions of several people, in and out of order, some twice. */
function history() {
  const generationIds = Array.from({ length: 12 }, (_, n) => uuidOf(n));
  const at = (n: number): number => NOON + ((n * 7919) % 300) * MINUTE;
  const pick = <T>(values: readonly T[], n: number): T | undefined => values[n % values.length];
  const people = ['ann', 'bob', undefined, 'eve'];
  return generationIds.flatMap((id, n) => [
    aGeneration(
      id,
      { engine: pick(['a', 'b'], n) ?? 'a', prompt: pick(['A red fox', 'a red fox', 'a castle', ''], n), user_id: pick(people, n) },
      at(n),
    ),
    ...(n % 3 === 0 ? [aGeneration(id, { engine: 'c', prompt: 'a red castle', user_id: pick(people, n / 3) }, at(n + 5))] : []),
    ...[1, 2, 3].map((k) =>
      aRating(
        id,
        1 + ((n * k) % 5),
        {
          user_id: pick(['ann', 'bob', undefined], n * k),
          feedback: pick(['lovely', undefined, ''], n + k),
          quality_score: n * 3.7,
          tags: k > 1 ? ['style', 'colors'] : [],
          time_to_rate_ms: n * 900,
        },
        at(n + k),
      ),
    ),
    ...(['download', 'share', 'download'] as const).map((action, k) =>
      anEvent('action-tracked', { generation_id: id, action, user_id: pick(people, n + k) }, { occurredAt: at(n + k) }),
    ),
  ]);
}

describe('any order', () => {
  it('of the same events gives the same rows', () => view.expectOrderIndependent(history()));
});

describe('a person who is erased', () => {
  it('leaves what a fold without their personal fields makes, however their events meet those of others', async () => {
    const events = history();
    await view.expectErasable(events);
    await view.expectErasable([...events].reverse());
    const odd = events.filter((_, n) => n % 2 === 1);
    await view.expectErasable([...odd, ...events.filter((_, n) => n % 2 === 0)]);
  }, 120_000);

  it('takes a prompt along that nobody else has used, and its terms', async () => {
    const events = [aGeneration(G1, { prompt: 'my secret fox', user_id: 'ann' }), aGeneration(G2, { user_id: 'bob' })];
    await view.fold(events);
    await view.erase(events, new Set([events[0]?.subject?.ref ?? '']));
    expect(await view.rows('prompts')).toMatchObject([{ prompt: 'a red fox' }]);
    expect((await view.rows('term_frequency')).map(({ term }) => term)).toEqual(['', 'a', 'fox', 'red']);
    expect((await view.rows('prompt_totals')).map((row) => row['prompt_hash'])).toEqual([FOX]);
  });

  it('leaves a prompt that somebody else has used too, as they spelled it', async () => {
    const events = [
      aGeneration(G1, { prompt: 'A RED FOX', user_id: 'ann' }, NOON - MINUTE),
      aGeneration(G2, { prompt: 'a red fox', user_id: 'bob' }),
      aGeneration(G2, { prompt: 'something else', user_id: 'bob' }, NOON + MINUTE),
    ];
    await view.fold(events);
    await view.erase(events, new Set([events[0]?.subject?.ref ?? '']));
    expect((await view.rows('prompts')).map(({ prompt }) => prompt).sort()).toEqual(['a red fox', 'something else']);
  });
});
