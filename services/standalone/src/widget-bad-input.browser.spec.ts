import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient } from '@picly/api-client';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, describeWithBrowser, startTcpProxy, uuidOf, type TcpProxy, type TestDatabase } from '@picly/testing';
import type { Browser, Page } from 'playwright-core';
import { readStandaloneConfig } from './config';
import { standalone } from './standalone.module';
import { buildPages } from './testing/dashboard-world';

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

type Circumstance = keyof typeof CIRCUMSTANCES;

interface Rated {
  readonly rating: number | null;
  readonly known: boolean;
  readonly rated_at: string;
  readonly engine: string | null;
}

describeWithBrowser('the widget, when something is wrong', (open) => {
  let database: TestDatabase;
  let service: ServiceHandle;
  let proxy: TcpProxy;
  let client: ApiClient;
  let browser: Browser;
  let elsewhere: Server;
  let generations = 0;
  const complaints: string[] = [];

  const seen = (): string => `http://127.0.0.1:${proxy.port}`;
  const newGeneration = (): string => uuidOf(++generations, 82);

  beforeAll(async () => {
    await buildPages();
    database = await createTestDatabase();
    service = await startService(standalone, readStandaloneConfig({ PORT: '0', LOG_LEVEL: 'fatal', DATABASE_URL: database.url }));
    client = new ApiClient({ baseUrl: service.url });
    proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(service.url).port) });
    elsewhere = createServer((request, response) => {
      const copies = Number(new URL(request.url ?? '/', 'http://page').searchParams.get('copies') ?? 1);
      const script = `<script src="${seen()}/static/rating-system.js" data-user="ann"></script>`;
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><html lang="en"><title>A generator</title><body><h1>A generator</h1>${script.repeat(copies)}
        <script>window.pageGoesOn = true</script></body></html>`);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    browser = await open();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    elsewhere.close();
    await proxy.close();
    await service.close();
    await database.drop();
  });
  beforeEach(() => {
    proxy.refuse(false);
    complaints.length = 0;
  });

  async function visit(circumstance: Circumstance = 'none', copies = 1): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(CIRCUMSTANCES[circumstance]);
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/?copies=${copies}`);
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
  async function ratingsOf(generation: string): Promise<readonly Rated[]> {
    for (;;) {
      const { data } = await client.get<{ data: readonly Rated[] }>('/api/analytics/ratings', { query: { generation_id: generation } });
      if (data.some(({ rating }) => rating !== null)) return data;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const end = async (page: Page): Promise<void> => {
    expect({ goesOn: await page.evaluate('window.pageGoesOn'), complaints }).toEqual({ goesOn: true, complaints: [] });
    await page.context().close();
  };

  it('endpoint down when the page loads: the page goes on without the widget', async () => {
    proxy.refuse(true);
    const page = await visit();
    expect(await page.evaluate('typeof window.ratingSystem')).toBe('undefined');
    await end(page);
  }, 60_000);

  it('endpoint down later: the card is thanked for and the rating waits in the browser, to count once', async () => {
    const page = await visit();
    const generation = newGeneration();
    proxy.refuse(true);
    await rate(page, generation);
    expect(await page.evaluate(`Object.keys(localStorage).filter((name) => name.startsWith('picly.event.')).length`)).toBeGreaterThan(0);
    proxy.refuse(false);
    await page.evaluate('ratingSystem.flush()');
    expect(await ratingsOf(generation)).toMatchObject([{ rating: 4 }]);
    await end(page);
  }, 120_000);

  it('a wrong clock: the rating counts now, not in three years', async () => {
    const page = await visit('clock three years fast');
    const generation = newGeneration();
    await rate(page, generation);
    const [rated] = await ratingsOf(generation);
    expect(Math.abs(Date.parse(rated?.rated_at ?? '') - Date.now())).toBeLessThan(10 * 60_000);
    await end(page);
  }, 120_000);

  it.each<Circumstance>(['storage full', 'storage forbidden'])(
    '%s: what is rated counts all the same',
    async (circumstance) => {
      const page = await visit(circumstance);
      const generation = newGeneration();
      await rate(page, generation);
      expect(await ratingsOf(generation)).toMatchObject([{ rating: 4 }]);
      await end(page);
    },
    120_000,
  );

  it('a generation nobody has heard of: the rating is kept, and belongs to it once it is told', async () => {
    const page = await visit();
    const generation = newGeneration();
    await rate(page, generation, 5);
    expect(await ratingsOf(generation)).toMatchObject([{ rating: 5, known: false, engine: null }]);
    const told = { generation_id: generation, prompt: 'a fox', engine: 'late', success: true, response_time: 1, cost: 0.1, revenue: 0.2 };
    const { position } = await client.post<{ position: string }>('/api/analytics/generation', told);
    const { data } = await client.get<{ data: readonly Rated[] }>('/api/analytics/ratings', {
      query: { generation_id: generation },
      after: position,
    });
    expect(data).toMatchObject([{ rating: 5, known: true, engine: 'late' }]);
    await end(page);
  }, 120_000);

  it('two copies of the script: one card, one rating', async () => {
    const page = await visit('none', 2);
    const generation = newGeneration();
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
      await page.evaluate(`ratingSystem.showRatingModal('${newGeneration()}', undefined, { again: true })`);
      await page.locator('.picly-rating [role=radio]').nth(4).click();
      expect(await page.evaluate(BACKGROUND)).toBe('rgb(255, 255, 255)');
      await page.getByRole('button', { name: 'Done' }).click();
      const texts = await page.locator('.picly-rating .thanks p').allTextContents();
      await page.locator('.picly-rating').waitFor({ state: 'detached', ...PATIENCE });
      return texts.slice(2);
    };
    expect(await thanks(`({ rating }) => rating + ' <b>credits</b>'`)).toEqual(['5 <b>credits</b>']);
    expect(await thanks(`() => Promise.reject(new Error('no'))`)).toEqual([]);
    expect(await thanks('undefined')).toEqual([]);
    await end(page);
  }, 120_000);
});
