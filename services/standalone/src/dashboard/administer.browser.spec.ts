import { randomUUID } from 'node:crypto';
import { createPostgresLog } from '@picly/event-log';
import { patiently } from '@picly/api-client';
import { describeWithBrowser, uuidOf } from '@picly/testing';
import type { Page } from 'playwright-core';
import { DashboardWorld, settled } from '../testing/dashboard-world';

const ADMIN_KEY = 'admin-key-of-the-administer-spec';
const PATIENCE = { timeout: 90_000 };

interface Letters {
  readonly data: readonly { readonly id: number; readonly event_id: string; readonly projection: string }[];
}

describeWithBrowser('administering by keyboard alone', (open) => {
  let world: DashboardWorld;
  const cookies: { readonly name: string; readonly value: string; readonly url: string }[] = [];

  beforeAll(async () => {
    world = await DashboardWorld.start({ open, adminKey: ADMIN_KEY, settings: { TAGS: 'crisp,blurry' } });
    const generation = {
      generation_id: uuidOf(1, 6),
      prompt: 'a fox',
      engine: 'flux-pro',
      success: true,
      response_time: 1,
      cost: 0.1,
      revenue: 0.2,
    };
    await world.client.post('/api/analytics/generation', generation);
    const rating = { generation_id: uuidOf(1, 6), rating: 4, user_id: 'ann-42', tags: ['crisp'] };
    const { position } = await world.client.post<{ position: string }>('/api/analytics/rate', rating);
    await patiently(() => world.client.get('/api/analytics/ratings/summary', { after: position }), { patienceMs: 60_000 });
    const login = await fetch(`${world.url}/api/analytics/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: world.url },
      body: JSON.stringify({ key: ADMIN_KEY }),
    });
    const [name = '', value = ''] = (login.headers.get('set-cookie') ?? '').split(';')[0]?.split('=') ?? [];
    cookies.push({ name, value, url: world.url });
  }, 180_000);
  afterAll(() => world.stop());

  const visit = async (address: string): Promise<Page> => {
    const page = await world.open('/start');
    await page.context().addCookies(cookies);
    await world.visit(page, address);
    return page;
  };
  /** What a person without a pointer does: goes to the control, and presses Enter. */
  const press = async (page: Page, name: string | RegExp, within = page.locator('body')): Promise<void> => {
    await within
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .focus();
    await page.keyboard.press('Enter');
  };

  it('an event that cannot be folded is fixed: an edited copy is folded in its place, and the original is kept', async () => {
    const id = randomUUID();
    const log = await createPostgresLog({ url: world.databaseUrl });
    const headers = { ce_specversion: '1.0', ce_type: 'action-tracked', ce_time: '2026-01-01T00:00:00Z', ce_dataversion: '1', ce_id: id };
    await log.append([
      { topic: 'picly.action-tracked', key: uuidOf(1, 6), value: Buffer.from('{"action":'), timestamp: Date.now(), headers },
    ]);
    await log.close();
    const letters = async (): Promise<Letters['data']> => (await world.client.get<Letters>('/api/analytics/admin/dead-letters')).data;
    while ((await letters()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));

    const page = await visit('/operations');
    await press(page, 'Fix');
    const dialog = page.getByRole('dialog', { name: /Fix letter/ });
    const text = dialog.getByLabel('The event, edited');
    await text.waitFor(PATIENCE);
    expect(await text.inputValue()).toBe('{"action":');
    await text.fill('{"action":"download"');
    await press(page, 'Put the copy in its place', dialog);
    await dialog.getByText(/no JSON object/).waitFor(PATIENCE);
    await text.fill('{"action":"download"}');
    await press(page, 'Put the copy in its place', dialog);
    await dialog.getByText('/generation_id', { exact: true }).waitFor(PATIENCE);

    const letter = Number(/\d+/.exec((await dialog.getAttribute('aria-label')) ?? '')?.[0]);
    expect((await letters()).map((one) => one.id)).toContain(letter);
    await text.fill(JSON.stringify({ generation_id: uuidOf(1, 6), action: 'download' }));
    await dialog.getByLabel('Reason').fill('cut off by a proxy');
    await press(page, 'Put the copy in its place', dialog);
    await dialog.waitFor({ state: 'hidden', ...PATIENCE });
    expect((await letters()).map((one) => one.id)).not.toContain(letter);
    const { data } = await world.client.get<{ data: object[] }>('/api/analytics/admin/dead-letters/history');
    expect(data).toMatchObject([{ action: 'fix', event_id: id, reason: 'cut off by a proxy' }]);
    await page.context().close();
  }, 180_000);

  it('a view is compared with the log, and rules are checked: both tell what they found, and when', async () => {
    const page = await visit('/operations');
    const views = page.getByRole('row', { name: /training-data v1/ });
    await press(page, 'Verify', views);
    await press(page, 'Verify', page.getByRole('dialog', { name: 'Verify' }));
    await page
      .getByRole('region', { name: /Rebuilds and comparisons/ })
      .getByText('equal', { exact: true })
      .first()
      .waitFor(PATIENCE);
    await page.getByText(/Last comparison with the log: training-data, .* UTC, equal/).waitFor(PATIENCE);
    await press(page, 'Check all now');
    await page
      .getByRole('region', { name: /Rules that the rows must keep/ })
      .getByText('✓ kept')
      .first()
      .waitFor(PATIENCE);
    await press(page, 'Rebuild', views);
    await press(page, 'Rebuild', page.getByRole('dialog', { name: 'Rebuild' }));
    await page
      .getByRole('row', { name: /training-data v[2-9]/ })
      .first()
      .waitFor(PATIENCE);
    await page.context().close();
  }, 240_000);

  it('an experiment is defined as a whole, with what is wrong said at its field, and edited', async () => {
    const page = await visit('/experiments');
    await page.getByText('Define an experiment').focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Key', { exact: true }).fill('button-colour');
    await page.getByRole('group', { name: 'arm 1' }).getByLabel('Weight').fill('0.7');
    await page.getByRole('group', { name: 'arm 2' }).getByLabel('Weight').fill('2');
    await page.getByLabel('Alpha').fill('lots');
    await page.getByLabel('Targeting').fill('{"plan": ');
    await press(page, 'Add a metric');
    const metric = page.getByRole('group', { name: 'metric 1' });
    await metric.getByLabel('Metric').fill('spend');
    await metric.getByLabel('Type').selectOption('mean');
    await metric.getByLabel('Of').selectOption('revenue');
    await metric.getByLabel('Window, hours').fill('72');
    await press(page, 'Define it as a draft');
    await page.getByText('weight must be a number from 0 to 1').waitFor(PATIENCE);
    expect(await page.evaluate('document.activeElement.getAttribute("name")')).toBe('/arms/1/weight');
    await page.getByText('alpha must be a number from 0.0001 to 0.3').waitFor(PATIENCE);
    expect(await page.getByLabel('Targeting').getAttribute('aria-invalid')).toBe('true');

    await page.getByRole('group', { name: 'arm 2' }).getByLabel('Weight').fill('0.3');
    await page.getByLabel('Alpha').fill('0.1');
    await page.getByLabel('Targeting').fill('{"plan": "pro"}');
    await page.getByLabel('Harm tolerated').fill('0.02');
    await press(page, 'Define it as a draft');
    await page.getByText('button-colour is a draft now').waitFor(PATIENCE);
    const listed = page.getByRole('row', { name: /button-colour.*draft/ });
    await listed.getByText('A draft: nobody takes part yet').waitFor(PATIENCE);
    const defined = await world.client.get<{ definition: object }>('/api/analytics/admin/experiments/button-colour');
    expect(defined.definition).toMatchObject({
      arms: [
        { key: 'control', weight: 0.7 },
        { key: 'treatment', weight: 0.3 },
      ],
      alpha: 0.1,
      targeting: { plan: 'pro' },
      guardrails: [{ metric: 'failure_rate', tolerated_harm: 0.02 }],
    });

    await world.visit(page, '/experiments/button-colour');
    await page.getByText('Edit its definition').focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Looks every, hours').fill('6');
    await page.getByLabel('Namespace').fill('checkout');
    await press(page, 'Change it');
    await page.getByText('Changed.').waitFor(PATIENCE);
    const edited = await world.client.get('/api/analytics/admin/experiments/button-colour');
    expect(edited).toMatchObject({
      revision: 2,
      definition: { look_interval_hours: 6, namespace: { name: 'checkout', start: 0, end: 1 }, alpha: 0.1 },
    });
    await page.context().close();
  }, 180_000);

  it('the finder knows experiments, and a person by their exact id', async () => {
    await world.client.post('/api/analytics/exposure', { experiment: 'seen-by-ann', variant: 'b', user_id: 'ann-42' });
    const page = await visit('/ratings');
    const find = async (text: string, option: RegExp): Promise<void> => {
      await page.getByRole('combobox', { name: /Find/ }).fill(text);
      await page.getByRole('option', { name: option }).waitFor(PATIENCE);
      await page.keyboard.press('Enter');
      await settled(page);
    };
    await page.getByRole('combobox', { name: /Find/ }).fill('ann-4');
    await page.getByRole('option', { name: /Nothing found/ }).waitFor(PATIENCE);
    await find('ann-42', /Person ann-42/);
    await page.getByText('What ann-42 rated').waitFor(PATIENCE);
    expect(await page.locator('.stream li').count()).toBe(1);
    await page.reload();
    await find('seen-by', /Experiment seen-by-ann/);
    expect(new URL(page.url()).pathname).toBe('/analytics/experiments/seen-by-ann');
    await page.context().close();
  }, 180_000);

  it('ratings are sought by the tags that are configured', async () => {
    const page = await visit('/ratings');
    const options = page.getByRole('combobox', { name: 'Tag', exact: true }).locator('option');
    await options.nth(2).waitFor({ state: 'attached', ...PATIENCE });
    expect(await options.allTextContents()).toEqual(['Any tag', 'crisp', 'blurry']);
    await page.context().close();
  }, 60_000);
});
