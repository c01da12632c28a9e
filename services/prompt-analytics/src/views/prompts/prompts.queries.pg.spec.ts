import { promptHash } from '@picly/prompt-text';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { promptAnalytics } from '../../projection/prompt-analytics.projection';
import { PromptSuggestionsQueries } from '../prompt-suggestions/prompt-suggestions.queries';
import { TopPromptsQueries, PROMPT_SORTS } from '../top-prompts/top-prompts.queries';
import { PromptQueries } from './prompt.queries';
import { SearchPrompts } from './search.queries';
import { SimilarPrompts } from './similar.queries';

let spec: ProjectionSpec;
beforeAll(async () => {
  spec = await openProjectionSpec(promptAnalytics);
});
afterEach(() => spec.clear());
afterAll(() => spec.close());

let made = 0;
/** A generation of the prompt with these ratings, by as many people. */
function rated(prompt: string, ratings: readonly number[], engine = 'flux-pro') {
  const id = uuidOf(++made, 0xb);
  const generation = anEvent('generation-completed', { generation_id: id, prompt, engine });
  return [
    generation,
    ...ratings.map((rating, k) => anEvent('rating-submitted', { generation_id: id, rating, user_id: `user-${k}`, tags: ['style'] })),
  ];
}
const times = (n: number, rating: number): number[] => new Array<number>(n).fill(rating);

describe('top prompts', () => {
  const top = (filter: Partial<Parameters<TopPromptsQueries['top']>[0]> = {}) =>
    new TopPromptsQueries(spec.sql).top({ minRatings: 1, limit: 10, sort: 'success_lower', ...filter });

  it('rank many good votes above a single perfect one', async () => {
    await spec.fold([...rated('single', [5]), ...rated('many', [...times(18, 5), ...times(2, 3)])]);

    const { rows } = await top();
    expect(rows.map(({ prompt }) => prompt)).toEqual(['many', 'single']);
    expect(rows).toMatchObject([{ rating_count: 20, success_rate: 0.9, rating_distribution: [0, 0, 2, 0, 18] }, { success_rate: 1 }]);
  });

  it('have the Wilson bound of the statistics page', async () => {
    await spec.fold(rated('a fox', [...times(8, 4), 1, 2]));

    expect((await top()).rows).toMatchObject([
      { success_lower: expect.closeTo(0.4901624715, 9) as number, success_upper: expect.closeTo(0.9433178485, 9) as number },
    ]);
    const [row] = await spec.sql.query<{ success_lower: number }>('select success_lower from prompt_totals');
    expect(row?.success_lower).toBeCloseTo(0.4901624715, 9);
  });

  it('leave out prompts with fewer ratings than asked for', async () => {
    await spec.fold([...rated('few', times(4, 5)), ...rated('enough', times(5, 4))]);

    expect((await top({ minRatings: 5 })).rows).toMatchObject([{ prompt: 'enough' }]);
  });

  it('are the same whether found by the bands of the bound or by looking at all', async () => {
    await spec.fold(Array.from({ length: 40 }, (_, i) => rated(`prompt ${i}`, [...times(i % 9, 5), ...times(i % 3, 1)])).flat());
    const expected = await spec.sql.query<{ prompt_hash: string }>(
      'select prompt_hash from prompt_totals where rating_count >= 1 order by success_lower desc, prompt_hash',
    );
    for (const limit of [1, 3, 10, 40]) {
      const { rows } = await top({ minRatings: 1, limit });
      expect(rows.map(({ prompt_hash }) => prompt_hash)).toEqual(expected.slice(0, limit).map(({ prompt_hash }) => prompt_hash));
    }
  });

  it('of an engine count what that engine made, and name all engines', async () => {
    await spec.fold([...rated('a fox', [5, 5], 'a'), ...rated('a fox', [1], 'b'), ...rated('a cat', [4], 'b')]);

    expect((await top({ engine: 'b' })).rows).toMatchObject([
      { prompt: 'a cat', rating_count: 1, engines: ['b'] },
      { prompt: 'a fox', rating_count: 1, avg_rating: 1, engines: ['a', 'b'] },
    ]);
  });

  it.each(PROMPT_SORTS)('by %s come page by page, each once', async (sort) => {
    await spec.fold(Array.from({ length: 12 }, (_, i) => rated(`prompt ${i}`, times(i % 3, 4))).flat());
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await top({ sort, minRatings: 0, limit: 5, ...(cursor != null && { cursor }) });
      seen.push(...page.rows.map(({ prompt }) => prompt));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect([seen.length, new Set(seen).size]).toEqual([12, 12]);
  });
});

describe('similar prompts', () => {
  const similarTo = (prompt: string) => new SimilarPrompts(spec.sql).similarTo(prompt, 10);

  it('are not made alike by shared boilerplate, even among a handful of prompts', async () => {
    await spec.fold([
      ...rated('a castle, highly detailed, artstation', [5]),
      ...rated('a bowl of ramen, highly detailed, artstation', [5]),
    ]);

    expect(await similarTo('a fox, highly detailed, artstation')).toEqual([]);
    expect((await similarTo('castle, 8k'))[0]).toMatchObject({
      prompt: 'a castle, highly detailed, artstation',
      similarity: expect.closeTo(0.99, 1) as number,
    });
  });

  it('the same prompt in another form has similarity 1 and comes first', async () => {
    await spec.fold([...rated('A red fox', [5]), ...rated('a red fox in snow', [5]), ...rated('a cat', [5])]);

    expect((await similarTo('a RED  fox!')).map(({ prompt, similarity }) => [prompt, similarity === 1])).toEqual([
      ['A red fox', true],
      ['a red fox in snow', false],
    ]);
  });

  it('are found in the singular and in the plural', async () => {
    await spec.fold([...rated('a cat in a city', [5]), ...rated('two cats', [5]), ...rated('a fox', [5])]);

    const found = async (prompt: string) => (await similarTo(prompt)).map((row) => row.prompt);
    expect((await found('cats')).sort()).toEqual(['a cat in a city', 'two cats']);
    expect((await found('cat')).sort()).toEqual(['a cat in a city', 'two cats']);
    expect(await found('cities')).toEqual(['a cat in a city']);
  });

  it('are found by two words together when each is in too many prompts', async () => {
    const many = Array.from({ length: 2_001 }, (_, n) =>
      anEvent('generation-completed', { generation_id: uuidOf(n, 0xc), prompt: `cats dogs ${n}` }),
    );
    await spec.fold(many);

    expect(await similarTo('dog and cat')).toHaveLength(10);
  });

  it('are found for text in any script', async () => {
    await spec.fold([...rated('红色的狐狸在雪中', [5]), ...rated('рыжая лиса', [5])]);

    expect(await similarTo('雪中的狐狸')).toMatchObject([{ prompt: '红色的狐狸在雪中' }]);
    expect(await similarTo('лиса')).toMatchObject([{ prompt: 'рыжая лиса' }]);
  });

  it('of an empty text are the empty prompt, if there is one', async () => {
    await spec.fold([...rated('a fox', [5]), ...rated('', [5])]);

    expect(await similarTo('  ')).toMatchObject([{ prompt: '', similarity: 1 }]);
  });
});

describe('search as you type', () => {
  const search = async (text: string) => (await new SearchPrompts(spec.sql).search(text, 10)).map(({ prompt }) => prompt);
  beforeEach(() =>
    spec.fold([...rated('A castle by night', [5, 5, 5]), ...rated('castle ruins, oil painting', [5]), ...rated('a cat', [1])]),
  );

  it('finds all words, the last one by its beginning, the best prompts first', async () => {
    expect(await search('ca')).toEqual(['A castle by night', 'castle ruins, oil painting', 'a cat']);
    expect(await search('castle ru')).toEqual(['castle ruins, oil painting']);
    expect(await search('cas night')).toEqual([]);
    expect(await search('castle NIGHT ')).toEqual(['A castle by night']);
  });

  it('finds words inside listed phrases', async () => {
    expect(await search('painting')).toEqual(['castle ruins, oil painting']);
    expect(await search('oil cas')).toEqual(['castle ruins, oil painting']);
  });

  it('without a word answers the best prompts, and for what nobody wrote nothing', async () => {
    expect(await search('')).toHaveLength(3);
    expect(await search(`zebra'"\\%_`)).toEqual([]);
  });
});

describe('prompt suggestions', () => {
  const suggest = (filter: Partial<Parameters<PromptSuggestionsQueries['suggest']>[0]> = {}) =>
    new PromptSuggestionsQueries(spec.sql).suggest({ limit: 5, ...filter });

  it('collapse near-duplicates to the best of them', async () => {
    await spec.fold([
      ...rated('a castle on a hill', times(9, 5)),
      ...rated('a castle on a hill, highly detailed, 8k', times(5, 5)),
      ...rated('a sleepy fox', times(4, 5)),
    ]);

    expect((await suggest()).map(({ prompt }) => prompt)).toEqual(['a castle on a hill', 'a sleepy fox']);
  });

  it('never suggest what nobody liked, or nothing', async () => {
    await spec.fold([...rated('a bad idea', times(9, 1)), ...rated('', times(9, 5)), ...rated('unrated', [])]);

    expect(await suggest()).toEqual([]);
  });

  it('give a true reason with numbers', async () => {
    const events = rated('a fox', [5, 5, 4, 2]);
    await spec.fold([
      ...events,
      anEvent('action-tracked', { generation_id: uuidOf(made, 0xb), action: 'download' }),
      ...rated('a fox', []),
    ]);

    expect(await suggest()).toMatchObject([
      { reason: '3 of 4 ratings gave it 4 or 5 stars (average 4.00), and 1 of its 2 pictures was downloaded.' },
    ]);
    expect(await suggest({ engine: 'flux-pro' })).toMatchObject([
      { reason: '3 of 4 ratings gave it 4 or 5 stars (average 4.00) on flux-pro, and 1 of its 2 pictures was downloaded.' },
    ]);
    expect(await suggest({ engine: 'other' })).toEqual([]);
  });

  it('about a prompt given are first of all like it', async () => {
    await spec.fold([
      ...rated('a lighthouse at dawn by the sea', [5, 5, 5, 5, 2]),
      ...rated('a harbour in the fog at dawn with boats and gulls', times(9, 5)),
      ...rated('a fox', [5]),
      ...rated('a bear', [5]),
    ]);

    expect((await suggest({ prompt: 'a lighthouse at dawn' })).map(({ prompt }) => prompt)[0]).toBe('a lighthouse at dawn by the sea');
  });

  it('are about the same as a prompt given, and not that prompt', async () => {
    await spec.fold([
      ...rated('a castle on a hill', times(9, 5)),
      ...rated('a castle by the sea', times(3, 5)),
      ...rated('a sleepy fox', times(20, 5)),
    ]);

    expect((await suggest({ prompt: 'A castle on a hill!' })).map(({ prompt }) => prompt)).toEqual(['a castle by the sea']);
  });
});

describe('one prompt', () => {
  it('has its totals, tags, trend and engines', async () => {
    await spec.fold([...rated('a fox', [5, 4], 'a'), ...rated('A Fox', [1], 'b')]);

    expect(await new PromptQueries(spec.sql).byHash(promptHash('a fox'))).toMatchObject({
      prompt: 'a fox',
      rating_count: 3,
      engines: ['a', 'b'],
      tags: [{ tag: 'style', count: 3 }],
      trend: [{ week: '2025-12-29', rating_count: 3 }],
      per_engine: [
        { engine: 'a', rating_count: 2, generations: 1 },
        { engine: 'b', rating_count: 1, generations: 1 },
      ],
    });
    expect(await new PromptQueries(spec.sql).byHash(promptHash('a cat'))).toBeUndefined();
  });

  it('has its trend by the weeks of a zone, beginning on the day asked for', async () => {
    const id = uuidOf(++made, 0xb);
    const sunday = Date.UTC(2026, 0, 4, 23, 30);
    await spec.fold([
      anEvent('generation-completed', { generation_id: id, prompt: 'a fox' }),
      anEvent('rating-submitted', { generation_id: id, rating: 5 }, { occurredAt: sunday }),
    ]);
    const weeks = async (timeZone: string, weekStart: 'monday' | 'sunday') =>
      (await new PromptQueries(spec.sql).byHash(promptHash('a fox'), { timeZone, weekStart }))?.trend.map(({ week }) => week);

    expect(await weeks('UTC', 'monday')).toEqual(['2025-12-29']);
    expect(await weeks('UTC', 'sunday')).toEqual(['2026-01-04']);
    expect(await weeks('Asia/Singapore', 'monday')).toEqual(['2026-01-05']);
  });
});
