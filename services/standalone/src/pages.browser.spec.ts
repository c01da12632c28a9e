import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient } from '@picly/api-client';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, describeWithBrowser, uuidOf, type TestDatabase } from '@picly/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { readStandaloneConfig } from './config';
import { standalone } from './standalone.module';

const ADMIN_KEY = 'admin-key-of-the-browser-spec';
const GENERATION = uuidOf(1, 77);

describeWithBrowser('in a real browser', (open) => {
  let database: TestDatabase;
  let service: ServiceHandle;
  let client: ApiClient;
  let browser: Browser;
  let context: BrowserContext;
  let elsewhere: Server;
  let origin: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = { PORT: '0', LOG_LEVEL: 'fatal', DATABASE_URL: database.url, ADMIN_KEY };
    service = await startService(standalone, readStandaloneConfig(environment));
    client = new ApiClient({ baseUrl: service.url, key: ADMIN_KEY });
    elsewhere = createServer((_request, response) => response.end('<!doctype html><title>A generator</title>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    origin = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    browser = await open();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    elsewhere.close();
    await service.close();
    await database.drop();
  });

  // The profile outlives its page, as a person's does: with it goes what the browser has not sent yet.
  afterEach(() => context.close());

  async function newPage(url: string, width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    complaints.length = 0;
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return page;
  }

  async function browserKey(origins: readonly string[]): Promise<string> {
    const made = await client.post<{ key: string }>('/api/analytics/admin/keys', { name: 'page', scopes: ['ingest:browser'], origins });
    return made.key;
  }

  async function ratingsOf(generation: string): Promise<readonly { readonly rating: number | null }[]> {
    const { data } = await client.get<{ data: { rating: number | null }[] }>('/api/analytics/ratings', {
      query: { generation_id: generation },
    });
    return data;
  }

  it('a beacon from a page elsewhere is taken without a preflight, and counts once however often it is sent', async () => {
    const url = `${service.url}/api/analytics/rate?key=${await browserKey([origin])}`;
    const page = await newPage(origin);
    const body = JSON.stringify({ event_id: uuidOf(2, 77), generation_id: GENERATION, rating: 4 });
    // Code of the page is text here: it runs in the browser, where other types hold.
    const send = `navigator.sendBeacon(${JSON.stringify(url)}, new Blob([${JSON.stringify(body)}], { type: 'text/plain' }))`;
    const queued = await page.evaluate<boolean[]>(`[${send}, ${send}, ${send}]`);
    expect(queued).toEqual([true, true, true]);
    await page.close({ runBeforeUnload: true });
    while ((await ratingsOf(GENERATION)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await ratingsOf(GENERATION)).map(({ rating }) => rating)).toEqual([4]);
  });

  it('a page may send JSON with its key, and reads nothing with it', async () => {
    const key = await browserKey([origin]);
    const page = await newPage(origin);
    const statuses = await page.evaluate(
      async ([base, bearer, generation]) => {
        const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
        const written = await fetch(`${base}/api/analytics/action`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ generation_id: generation, action: 'download' }),
        });
        const read = await fetch(`${base}/api/analytics/top-prompts`, { headers }).then(
          ({ status }) => status,
          () => 'blocked',
        );
        return [written.status, read];
      },
      [service.url, key, GENERATION] as const,
    );
    expect(statuses[0]).toBe(202);
    expect([403, 'blocked']).toContain(statuses[1]);
  });

  it('a page that the key is not bound to sends in vain', async () => {
    const key = await browserKey(['https://another.example']);
    const page = await newPage(origin);
    const outcome = await page.evaluate(
      async ([to, generation]) => {
        const body = JSON.stringify({ generation_id: generation, rating: 1 });
        return fetch(to, { method: 'POST', headers: { 'content-type': 'text/plain' }, body }).then(
          ({ status }) => status,
          () => 'blocked',
        );
      },
      [`${service.url}/api/analytics/rate?key=${key}`, uuidOf(3, 77)] as const,
    );
    expect([403, 'blocked']).toContain(outcome);
    expect(await ratingsOf(uuidOf(3, 77))).toEqual([]);
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [2560, 'dark'],
  ] as const)('the documentation fits %i pixels in the %s theme, in its own style, without a complaint', async (width, theme) => {
    const page = await newPage(`${service.url}/docs`, width, theme);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(overflow).toBe(0);
    expect(background).toBe(theme === 'dark' ? 'rgb(20, 23, 27)' : 'rgb(255, 255, 255)');
    expect(complaints).toEqual([]);
  });
});
