import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describeWithBrowser, uuidOf } from '@picly/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { until, WidgetWorld } from './testing/widget-world';

const ADMIN_KEY = 'admin-key-of-the-widget-spec';
/** What a hostile page style could do to a card that it reaches. */
const HOSTILE_STYLE = `* { color: rgb(1, 2, 3) !important; } button, h2, section { display: none !important; } img { width: 9999px; }`;
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const CARD = '.picly-rating section[role=dialog]';
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

interface Rating {
  readonly rating: number | null;
  readonly quality_score: number | null;
  readonly tags: readonly string[];
  readonly feedback: string | null;
  readonly revisions: number;
}

describeWithBrowser('the rating widget on a page of somebody else', (open) => {
  let world: WidgetWorld;
  let key: string;

  function answerPage(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://page');
    const attributes = url.searchParams.get('with') ?? '';
    const copies = Number(url.searchParams.get('copies') ?? 1);
    const script = `<script src="${world.seen}/static/rating-system.js" data-key="${key}" data-reads="/reads" ${attributes}></script>`;
    if (url.pathname.startsWith('/reads/')) {
      response.setHeader('content-type', 'application/json');
      return void response.end(
        JSON.stringify({ data: [{ prompt: '<img src=x onerror=alert(1)>', avg_rating: 4.25, rating_count: 1204 }] }),
      );
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src ${world.seen}; style-src ${world.seen} 'nonce-own'; img-src *  data:; connect-src 'self' ${world.seen}`,
    );
    response.end(`<!doctype html><html lang="${url.searchParams.get('lang') ?? 'en'}"><head><meta charset="utf-8"><title>A generator</title>
      <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${world.seen}/static/rating-system.css">
      <style nonce="own">${HOSTILE_STYLE}</style>${script.repeat(copies)}</head>
      <body><main><h1>A generator</h1><input id="prompt" aria-label="Prompt"><a id="save" href="#saved" data-picly-track="save">Save</a>
      <div data-picly-favorites data-limit="3"></div></main></body></html>`);
  }

  beforeAll(async () => {
    world = await WidgetWorld.start({ open, answer: answerPage, adminKey: ADMIN_KEY });
    const made = await world.client.post<{ key: string }>('/api/analytics/admin/keys', {
      name: 'widget',
      scopes: ['ingest:browser'],
      origins: [world.origin],
      events_per_minute: 10_000,
    });
    key = made.key;
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.heal());

  interface Visit {
    readonly with?: string;
    readonly lang?: string;
    readonly copies?: number;
    readonly width?: number;
    readonly theme?: 'light' | 'dark';
    readonly context?: BrowserContext;
  }

  async function visit({ width = 1280, theme = 'light', context, ...query }: Visit = {}): Promise<Page> {
    const own = context ?? (await world.newContext({ viewport: { width, height: 800 }, colorScheme: theme }));
    const page = await world.newPage(own);
    page.on('console', (message) => message.type() === 'error' && world.complaints.push(message.text()));
    const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    await page.goto(`${world.origin}/?${asked.join('&')}`);
    return page;
  }

  const show = (page: Page, generation: string, more = `${JSON.stringify(PIXEL)}`): Promise<boolean> =>
    page.evaluate<boolean>(`ratingSystem.showRatingModal('${generation}', ${more})`);
  const star = (page: Page, n: number) => page.locator(`${CARD} [role=radio]`).nth(n - 1);

  const ratingsOf = async (generation: string): Promise<readonly Rating[]> =>
    (await world.rowsOf<Rating>(generation)).filter(({ rating }) => rating !== null);
  const rated = (generation: string, holds: (rating: Rating) => boolean = () => true): Promise<readonly Rating[]> =>
    until(
      () => ratingsOf(generation),
      ([first]) => first !== undefined && holds(first),
    );

  interface Behavior {
    readonly action: string;
    readonly page: string | null;
    readonly time: number | null;
  }
  async function behaviorOf(user: string): Promise<readonly Behavior[]> {
    const { data } = await world.client.get<{ data: Behavior[] }>('/api/analytics/behavior/events', { query: { user_id: user } });
    return data;
  }

  it('is small: script and style together within 15 kB as they travel', async () => {
    const files = await Promise.all(['js', 'css'].map((end) => fetch(`${world.seen}/static/rating-system.${end}`).then((r) => r.text())));
    const bytes = files.map((text) => gzipSync(text, { level: 9 }).length).reduce((sum, n) => sum + n, 0);
    expect(bytes).toBeLessThanOrEqual(15_000);
  });

  it('counts the tap on a star at once, and what is added to it replaces it', async () => {
    const generation = world.newGeneration();
    const page = await visit({ with: 'data-user="ann"' });
    expect(await show(page, generation)).toBe(true);
    await star(page, 4).click();
    await rated(generation, ({ rating }) => rating === 4);
    await page.getByRole('button', { name: 'Colors' }).click();
    await page.getByRole('button', { name: 'Realistic' }).click();
    await page.getByRole('slider').fill('83');
    await page.getByRole('textbox', { name: 'Anything else?' }).fill('Lovely “light” & <b>mood</b>');
    await page.getByRole('button', { name: 'Done' }).click();
    expect(await page.getByRole('status').textContent()).toContain('Thank you!');
    const [rating, ...others] = await rated(generation, ({ feedback }) => feedback !== null);
    expect(others).toEqual([]);
    expect(rating).toMatchObject({
      rating: 4,
      quality_score: 83,
      tags: ['colors', 'realism'],
      feedback: 'Lovely “light” & <b>mood</b>',
      revisions: 2,
    });
    expect(world.complaints).toEqual([]);
    await page.context().close();
  });

  it('keeps a partial answer when it is dismissed, asks once, and takes a change of mind', async () => {
    const generation = world.newGeneration();
    const page = await visit({ with: 'data-user="bob"' });
    await show(page, generation);
    await star(page, 2).click();
    await page.getByRole('button', { name: 'Not what I asked' }).click();
    await page.locator('h1').click({ force: true });
    await rated(generation, ({ tags }) => tags[0] === 'accuracy');
    expect(await page.locator(CARD).count()).toBe(0);
    expect(await show(page, generation)).toBe(false);
    await page.reload();
    expect(await show(page, generation)).toBe(false);
    expect(await page.evaluate(`ratingSystem.showRatingModal('${generation}', undefined, { again: true })`)).toBe(true);
    await star(page, 5).click();
    const [rating, ...others] = await rated(generation, (one) => one.rating === 5);
    expect([rating?.tags, others]).toEqual([[], []]);
    await page.context().close();
  });

  it('is used by keyboard alone, and gives the focus back', async () => {
    const generation = world.newGeneration();
    const page = await visit({ with: 'data-user="cleo"' });
    await page.locator('#save').focus();
    await show(page, generation);
    const focused = (): Promise<string> =>
      page.evaluate<string>(`(() => { const a = document.querySelector('.picly-rating')?.shadowRoot.activeElement;
        return a ? a.getAttribute('aria-label') || a.textContent || a.tagName : document.activeElement.id; })()`);
    expect(await focused()).toBe('1 of 5 stars');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('3 of 5 stars');
    const stops: string[] = [];
    for (let n = 0; n < 16; n++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    // Round and round within the card: the page behind is not reached.
    expect(stops).toContain('3 of 5 stars');
    expect(stops).not.toContain('save');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('save');
    // The stars passed on the way are not told.
    const [rating] = await rated(generation);
    expect(rating).toMatchObject({ rating: 3, revisions: 1 });
    await page.context().close();
  });

  it('leaves the focus where somebody is typing', async () => {
    const page = await visit();
    await page.locator('#prompt').focus();
    await show(page, world.newGeneration());
    expect(await page.evaluate('document.activeElement.id')).toBe('prompt');
    await page.context().close();
  });

  it.each([
    [360, 'light', 'en'],
    [360, 'dark', 'ar'],
    [1280, 'dark', 'de'],
    [2560, 'light', 'ja'],
  ] as const)('at %i pixels, %s, in %s: fits, is accessible, and has its own style', async (width, theme, lang) => {
    const page = await visit({ width, theme, lang });
    await show(page, world.newGeneration());
    await star(page, 5).click();
    const card = page.locator(CARD);
    await card.getByRole('slider').waitFor();
    await page.evaluate(`Promise.all(document.querySelector('.picly-rating').shadowRoot.getAnimations().map((one) => one.finished))`);
    const box = await card.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= 800).toBe(true);
    expect(await card.getAttribute('dir')).toBe(lang === 'ar' ? 'rtl' : 'ltr');
    const color = await page.evaluate<string>(
      `getComputedStyle(document.querySelector('.picly-rating').shadowRoot.querySelector('section')).color`,
    );
    expect(color).toBe(theme === 'dark' ? 'rgb(236, 238, 240)' : 'rgb(28, 32, 36)');
    expect(await page.evaluate(`getComputedStyle(document.querySelector('h1')).fontSize`)).toBe('32px');
    // The checker is told to the browser by the debugger: a policy as strict as this page's lets no page script in.
    await page.evaluate(AXE);
    const violations = await page.evaluate<string[]>(
      `axe.run('.picly-rating', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html))`,
    );
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it('loses nothing when the network goes while rating, and counts it once when it is back', async () => {
    const generation = world.newGeneration();
    const page = await visit({ with: 'data-user="dora"' });
    await show(page, generation);
    world.proxy.refuse(true);
    await star(page, 5).click();
    await page.evaluate(`ratingSystem.trackAction('${generation}', 'download')`);
    await page.evaluate(`ratingSystem.trackAction('${generation}', 'share')`);
    await page.reload().catch(() => undefined);
    expect(await ratingsOf(generation)).toEqual([]);
    world.proxy.refuse(false);
    await page.reload();
    const [rating] = await rated(generation);
    expect(rating).toMatchObject({ rating: 5, revisions: 1 });
    const counted = await until(
      () => world.rowsOf<{ downloads: number; shares: number }>(generation),
      ([first]) => first?.downloads === 1 && first.shares === 1,
    );
    expect(counted).toHaveLength(1);
    await page.context().close();
  });

  it('counts an event once although its acknowledgement was lost', async () => {
    const generation = world.newGeneration();
    const page = await visit({ with: 'data-user="emil"' });
    let lost = 0;
    world.proxy.inspect((direction, chunk) =>
      direction === 'to-client' && /^HTTP\/1.1 202/.test(chunk.toString('latin1')) && lost++ === 0 ? 'cut' : 'pass',
    );
    await page.evaluate(`ratingSystem.trackAction('${generation}', 'download')`);
    const waiting = `Object.keys(localStorage).filter((name) => name.startsWith('picly.event.')).length`;
    await until(
      () => page.evaluate<number>(waiting),
      (n) => n === 0,
    );
    world.proxy.inspect(undefined);
    expect(lost).toBeGreaterThan(0);
    const counted = await until(
      () => world.rowsOf<{ downloads: number }>(generation),
      (rows) => rows.length > 0,
    );
    expect(counted.map(({ downloads }) => downloads)).toEqual([1]);
    await page.context().close();
  });

  it('tells page views, marked clicks and time on page, the last by a beacon while the page goes', async () => {
    const page = await visit({ with: 'data-user="finn" data-behavior' });
    await page.locator('#save').click();
    await page.evaluate(`history.pushState({}, '', '/gallery')`);
    await page.waitForTimeout(300);
    await page.goto('about:blank');
    const told = await until(
      () => behaviorOf('finn'),
      (rows) => rows.filter(({ action }) => action === 'time_on_page').length >= 2,
    );
    const count = (action: string): number => told.filter((row) => row.action === action).length;
    expect([count('session_start'), count('page_view'), count('click')]).toEqual([1, 2, 1]);
    expect(told.every(({ action, time }) => action !== 'time_on_page' || (time !== null && time > 0))).toBe(true);
    await page.context().close();
  });

  it.each([
    ['without consent where it is required', 'data-consent="required" data-behavior', ''],
    ['after an opt-out', 'data-behavior', 'ratingSystem.optOut()'],
  ])('stores and sends nothing %s', async (_when, attributes, before) => {
    const user = `nobody${attributes.length}`;
    const page = await visit({ with: `data-user="${user}" ${attributes}` });
    await page.evaluate(before);
    const stored = await page.evaluate<string[]>('Object.keys(localStorage)');
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    await page.locator('#save').click();
    await page.evaluate(`ratingSystem.trackAction('${world.newGeneration()}', 'download')`);
    await page.waitForTimeout(300);
    expect(sent).toEqual([]);
    expect(stored.filter((name) => name !== 'picly.optout')).toEqual([]);
    expect(await page.evaluate('Object.keys(localStorage).filter((name) => name !== "picly.optout")')).toEqual([]);
    await page.context().close();
  });

  it('sends what was done before the consent once it is given', async () => {
    const generation = world.newGeneration();
    const page = await visit({ with: 'data-user="gina" data-consent="required"' });
    await show(page, generation);
    await star(page, 4).click();
    await page.evaluate('ratingSystem.consent(true)');
    await rated(generation, ({ rating }) => rating === 4);
    await page.context().close();
  });

  it('shows favorites as text, whatever is in them', async () => {
    const page = await visit();
    const list = page.locator('[data-picly-favorites] li');
    await list.first().waitFor();
    expect(await list.allTextContents()).toEqual(['<img src=x onerror=alert(1)>★ 4.3 · n = 1,204']);
    expect(await page.evaluate(`ratingSystem.getPromptSuggestions('flux-pro', 5).then((rows) => rows[0].avg_rating)`)).toBe(4.25);
    expect(world.complaints).toEqual([]);
    await page.context().close();
  });

  it('does not mind pictures that are dead or hostile, ids that are none, or a second copy of itself', async () => {
    const page = await visit({ copies: 2 });
    expect(await show(page, 'not a generation')).toBe(false);
    expect(await page.evaluate(`ratingSystem.trackAction('${uuidOf(1, 9)}', 'explode') ?? null`)).toBeNull();
    for (const url of [`'javascript:alert(1)'`, `'${world.origin}/nothing/here.png'`, 'undefined', '{}']) {
      expect(await show(page, world.newGeneration(), url)).toBe(true);
      await until(
        () => page.locator(`${CARD} img`).count(),
        (n) => n === 0,
      );
      await page.keyboard.press('Escape');
    }
    expect(await page.locator('.picly-rating').count()).toBe(0);
    await page.context().close();
  });

  it('keeps events for later when its key is revoked', async () => {
    const made = await world.client.post<{ key: string; id: string }>('/api/analytics/admin/keys', {
      name: 'gone',
      scopes: ['ingest:browser'],
    });
    const page = await visit({ with: `data-key="${made.key}"` });
    await world.client.delete(`/api/analytics/admin/keys/${made.id}`);
    // The first attribute of a name wins in HTML: this is told to the module instead.
    const kept = await page.evaluate<number>(`import('${world.seen}/static/rating-system.mjs').then(async (m) => {
      const own = m.createRatingSystem({ key: '${made.key}', endpoint: '${world.seen}' });
      own.trackAction('${world.newGeneration()}', 'use');
      await own.flush();
      return Object.keys(localStorage).filter((name) => name.startsWith('picly.event.')).length;
    })`);
    expect(kept).toBe(1);
    await page.context().close();
  });
});
