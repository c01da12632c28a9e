import fc from 'fast-check';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { ExamplesQueries } from './examples.queries';
import { trainingData } from './training-data.projection';

const generation = (n: number): { generation_id: string } => ({ generation_id: uuidOf(n, 0xa) });

describe('training data', () => {
  let spec: ProjectionSpec;
  let queries: ExamplesQueries;
  beforeAll(async () => {
    spec = await openProjectionSpec(trainingData);
    queries = new ExamplesQueries(spec.sql);
  });
  afterAll(() => spec.close());
  beforeEach(() => spec.clear());

  const examples = async () => (await queries.page({}, 100)).rows;

  it('has one example per rated generation: features of the prompt, labels of its raters', async () => {
    await spec.fold([
      anEvent('generation-completed', { ...generation(1), prompt: 'A red fox, oil painting, highly detailed!' }),
      anEvent('generation-completed', generation(2)),
      anEvent('rating-submitted', { ...generation(1), rating: 5, quality_score: 90.5, user_id: 'ann' }),
      anEvent('rating-submitted', { ...generation(1), rating: 2, user_id: 'bob' }),
    ]);
    expect(await examples()).toMatchObject([
      {
        ...generation(1),
        engine: 'flux-pro',
        prompt_length: 41,
        word_count: 7,
        punctuation_count: 3,
        style_keywords: ['oil painting'],
        has_quality_keywords: true,
        quality_keyword_count: 1,
        rating: 3.5,
        rating_count: 2,
        quality_score: 90.5,
        success: false,
        generated: true,
      },
    ]);
  });

  it('takes a rating that comes before its generation, and the second of a rater instead of the first', async () => {
    await spec.fold([
      anEvent('rating-submitted', { ...generation(1), rating: 1 }),
      anEvent('rating-submitted', { ...generation(1), rating: 4 }),
    ]);
    expect(await examples()).toEqual([]);
    await spec.fold([anEvent('generation-completed', generation(1))]);
    expect(await examples()).toMatchObject([{ rating: 4, rating_count: 1, success: true }]);
  });

  it('has nothing of a prompt that is erased', async () => {
    await spec.fold([anEvent('generation-completed', generation(1), { erased: true }), anEvent('rating-submitted', generation(1))]);
    expect(await examples()).toEqual([]);
  });

  it('never loses an example to a reader who goes on, however late its events are', async () => {
    const rated = (n: number, occurredAt: number) => [
      anEvent('generation-completed', generation(n), { occurredAt }),
      anEvent('rating-submitted', generation(n), { occurredAt }),
    ];
    const day = 86_400_000;
    await spec.fold([1, 2, 3].flatMap((n) => rated(n, Date.UTC(2026, 0, 10) + n * day)));
    const first = await queries.page({}, 2);
    await spec.fold(rated(4, Date.UTC(2020, 0, 1)));
    await spec.fold([anEvent('rating-submitted', { ...generation(1), rating: 1 }, { occurredAt: Date.UTC(2026, 0, 20) })]);
    const second = await queries.page({}, 10, first.next);
    expect(second.next).toBeUndefined();
    const read = [...first.rows, ...second.rows].map((row) => [row.generation_id, row.rating]);
    expect(read).toEqual([
      [uuidOf(1, 0xa), 5],
      [uuidOf(2, 0xa), 5],
      [uuidOf(3, 0xa), 5],
      [uuidOf(4, 0xa), 5],
      [uuidOf(1, 0xa), 1],
    ]);
    const all = [];
    for await (const row of queries.all({}, 2)) all.push(row.generation_id);
    expect(all).toEqual([2, 3, 4, 1].map((n) => uuidOf(n, 0xa)));
  });

  it('filters by engine, split and time of rating, and sums up the same', async () => {
    const prompts = Array.from({ length: 40 }, (_, i) => `prompt ${i % 20}`);
    await spec.fold(
      prompts.flatMap((prompt, i) => [
        anEvent('generation-completed', { ...generation(i), prompt, engine: i % 2 ? 'dalle3' : 'flux-pro' }),
        anEvent('rating-submitted', { ...generation(i), rating: 1 + (i % 5) }, { occurredAt: Date.UTC(2026, 0, 1 + i) }),
      ]),
    );
    const validation = (await queries.page({ split: 'validation', engine: 'dalle3' }, 100)).rows;
    expect(new Set(validation.map((row) => row.engine))).toEqual(new Set(['dalle3']));
    const january = (await queries.page({ to: new Date(Date.UTC(2026, 0, 11)) }, 100)).rows;
    expect(january).toHaveLength(10);
    const summary = await queries.summary({});
    expect(summary.reduce((n, row) => n + row.examples, 0)).toBe(40);
    expect(summary.find((row) => row.split === 'validation' && row.engine === 'dalle3')?.examples).toBe(validation.length);
    const hashes = (split: 'train' | 'validation') =>
      queries.page({ split }, 100).then((page) => new Set(page.rows.map((row) => row.prompt_hash)));
    const [train, held] = [await hashes('train'), await hashes('validation')];
    expect([...held].filter((hash) => train.has(hash))).toEqual([]);
  });

  const history = fc
    .array(
      fc.record({
        rated: fc.boolean(),
        n: fc.integer({ min: 1, max: 5 }),
        rater: fc.constantFrom('ann', 'bob'),
        rating: fc.integer({ min: 1, max: 5 }),
        quality: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
        minute: fc.integer({ min: 0, max: 20 }),
      }),
      { minLength: 1, maxLength: 50 },
    )
    .map((choices) =>
      choices.map(({ rated, n, rater, rating, quality, minute }) => {
        const at = { occurredAt: Date.UTC(2026, 0, 1) + minute * 60_000 };
        return rated
          ? anEvent('rating-submitted', { ...generation(n), user_id: rater, rating, quality_score: quality }, at)
          : anEvent('generation-completed', { ...generation(n), prompt: `prompt ${rating}` }, at);
      }),
    );

  it('comes out the same whatever the order, the batches, the duplicates and the instances', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 1_000 }), (events, seed) =>
        spec.expectOrderIndependent(events, { runs: 4, seed }),
      ),
      { numRuns: 8 },
    );
  });

  it('reads, once a person is erased, as if their personal fields had never been there', async () => {
    await fc.assert(
      fc.asyncProperty(history, (events) => spec.expectErasable(events)),
      { numRuns: 8 },
    );
  });
});
