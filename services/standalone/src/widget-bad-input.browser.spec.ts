import { patiently } from '@picly/api-client';
import { describeWithBrowser } from '@picly/testing';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { until, WidgetWorld } from './testing/widget-world';

const YEARS_MS = 3 * 365 * 86_400_000;
const PATIENCE = { timeout: 60_000 };

/** Circumstances that a page may find itself in, made before any script of it runs. */
const CIRCUMSTANCES = {
  none: '',
  'clock three years fast': `(() => { const now = Date.now; Date.now = () => now() + ${YEARS_MS};
    const Old = Date; window.Date = class extends Old { constructor(...given) { given.length === 0 ? super(Date.now()) : super(...given); } static now() { return Old.now(); } }; })()`,
  'storage full': `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }`,
  'storage forbidden': `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('forbidden', 'SecurityError'); } })`,
} as const;
/** The page must not shine through the card. */
const BACKGROUND = `getComputedStyle(document.querySelector('.picly-rating').shadowRoot.querySelector('.card')).backgroundColor`;

/** Notes in the page what the thanks say: they are gone after seconds, and what is looked at from here may come later. */
const NOTE_THANKS = `(() => {
  const root = document.querySelector('.picly-rating').shadowRoot;
  const note = () => {
    const texts = [...root.querySelectorAll('.thanks p')].map(({ textContent }) => textContent);
    if (texts.length > 0) window.thanked = texts;
  };
  window.thanked = [];
  new MutationObserver(note).observe(root, { childList: true, subtree: true });
})()`;

type Circumstance = keyof typeof CIRCUMSTANCES;

interface Rated {
  readonly rating: number | null;
  readonly known: boolean;
  readonly rated_at: string;
  readonly engine: string | null;
}

describeWithBrowser('the widget, when something is wrong', (open) => {
  let world: WidgetWorld;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const copies = Number(new URL(request.url ?? '/', 'http://page').searchParams.get('copies') ?? 1);
    const script = `<script src="${world.seen}/static/rating-system.js" data-user="ann"></script>`;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>A generator</title><body><h1>A generator</h1>${script.repeat(copies)}
      <script>window.pageGoesOn = true</script></body></html>`);
  }

  beforeAll(async () => {
    world = await WidgetWorld.start({ open, answer });
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.heal());

  async function visit(circumstance: Circumstance = 'none', copies = 1): Promise<Page> {
    const page = await world.newPage(await world.newContext());
    await page.addInitScript(CIRCUMSTANCES[circumstance]);
    await page.goto(`${world.origin}/?copies=${copies}`);
    return page;
  }
  async function rate(page: Page, generation: string, stars = 4): Promise<void> {
    await page.evaluate(`ratingSystem.showRatingModal('${generation}', undefined, { again: true })`);
    await page
      .locator('.picly-rating [role=radio]')
      .nth(stars - 1)
      .click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.locator('.picly-rating').waitFor({ state: 'detached', ...PATIENCE });
  }
  const ratingsOf = (generation: string): Promise<readonly Rated[]> =>
    until(
      () => world.rowsOf<Rated>(generation),
      (rows) => rows.some(({ rating }) => rating !== null),
    );
  const end = async (page: Page): Promise<void> => {
    expect({ goesOn: await page.evaluate('window.pageGoesOn'), complaints: world.complaints }).toEqual({ goesOn: true, complaints: [] });
    await page.context().close();
  };

  it('endpoint down when the page loads: the page goes on without the widget', async () => {
    world.proxy.refuse(true);
    const page = await visit();
    expect(await page.evaluate('typeof window.ratingSystem')).toBe('undefined');
    await end(page);
  }, 60_000);

  it('endpoint down later: the card is thanked for and the rating waits in the browser, to count once', async () => {
    const page = await visit();
    const generation = world.newGeneration();
    world.proxy.refuse(true);
    await rate(page, generation);
    expect(await page.evaluate(`Object.keys(localStorage).filter((name) => name.startsWith('picly.event.')).length`)).toBeGreaterThan(0);
    world.proxy.refuse(false);
    await page.evaluate('ratingSystem.flush()');
    expect(await ratingsOf(generation)).toMatchObject([{ rating: 4 }]);
    await end(page);
  }, 120_000);

  it('a wrong clock: the rating counts now, not in three years', async () => {
    const page = await visit('clock three years fast');
    const generation = world.newGeneration();
    await rate(page, generation);
    const [rated] = await ratingsOf(generation);
    expect(Math.abs(Date.parse(rated?.rated_at ?? '') - Date.now())).toBeLessThan(10 * 60_000);
    await end(page);
  }, 120_000);

  it.each<Circumstance>(['storage full', 'storage forbidden'])(
    '%s: what is rated counts all the same',
    async (circumstance) => {
      const page = await visit(circumstance);
      const generation = world.newGeneration();
      await rate(page, generation);
      expect(await ratingsOf(generation)).toMatchObject([{ rating: 4 }]);
      await end(page);
    },
    120_000,
  );

  it('a generation nobody has heard of: the rating is kept, and belongs to it once it is told', async () => {
    const page = await visit();
    const generation = world.newGeneration();
    await rate(page, generation, 5);
    expect(await ratingsOf(generation)).toMatchObject([{ rating: 5, known: false, engine: null }]);
    const told = { generation_id: generation, prompt: 'a fox', engine: 'late', success: true, response_time: 1, cost: 0.1, revenue: 0.2 };
    const { position } = await world.client.post<{ position: string }>('/api/analytics/generation', told);
    const read = { query: { generation_id: generation }, after: position };
    const { data } = await patiently(() => world.client.get<{ data: readonly Rated[] }>('/api/analytics/ratings', read));
    expect(data).toMatchObject([{ rating: 5, known: true, engine: 'late' }]);
    await end(page);
  }, 120_000);

  it('two copies of the script: one card, one rating', async () => {
    const page = await visit('none', 2);
    const generation = world.newGeneration();
    const shown = await page.evaluate(`Promise.all([1, 2].map(() => ratingSystem.showRatingModal('${generation}')))`);
    expect(shown).toEqual([true, false]);
    await page.keyboard.press('Escape');
    await rate(page, generation);
    expect(await ratingsOf(generation)).toHaveLength(1);
    await end(page);
  }, 120_000);

  it('the thanks have room for what the page gives, shown as text; a reward that fails is left out', async () => {
    const page = await visit();
    const thanks = async (reward: string): Promise<readonly string[]> => {
      await page.evaluate(`ratingSystem.rewardWith(${reward})`);
      await page.evaluate(`ratingSystem.showRatingModal('${world.newGeneration()}', undefined, { again: true })`);
      await page.locator('.picly-rating [role=radio]').nth(4).click();
      expect(await page.evaluate(BACKGROUND)).toBe('rgb(255, 255, 255)');
      await page.evaluate(NOTE_THANKS);
      await page.getByRole('button', { name: 'Done' }).click();
      await page.locator('.picly-rating').waitFor({ state: 'detached', ...PATIENCE });
      const texts = await page.evaluate<readonly string[]>('window.thanked');
      expect(texts.length).toBeGreaterThanOrEqual(2);
      return texts.slice(2);
    };
    expect(await thanks(`({ rating }) => rating + ' <b>credits</b>'`)).toEqual(['5 <b>credits</b>']);
    expect(await thanks(`() => Promise.reject(new Error('no'))`)).toEqual([]);
    expect(await thanks('undefined')).toEqual([]);
    await end(page);
  }, 120_000);
});
