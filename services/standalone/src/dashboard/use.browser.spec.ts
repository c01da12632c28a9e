import { describeWithBrowser, uuidOf } from '@picly/testing';
import { DashboardWorld, settled } from '../testing/dashboard-world';

describeWithBrowser('the dashboard in use', (open) => {
  let world: DashboardWorld;
  beforeAll(async () => {
    world = await DashboardWorld.start({ open, events: 4_000 });
  }, 180_000);
  afterAll(() => world.stop());

  it('a rating shows in the figures by itself; paused figures wait', async () => {
    const page = await world.open('/ratings');
    const total = async (): Promise<string> => (await page.locator('[data-answer] .soft').textContent()) ?? '';
    const rate = (n: number) => world.client.post('/api/analytics/rate', { generation_id: uuidOf(n, 5), rating: 1, user_id: `live ${n}` });
    await page.getByText('Live', { exact: true }).waitFor();
    const before = await total();
    await rate(1);
    while ((await total()) === before) await page.waitForTimeout(20);
    await page.getByRole('button', { name: /Pause/ }).click();
    const paused = await total();
    await rate(2);
    await page.waitForTimeout(1_500);
    expect(await total()).toBe(paused);
    await page.getByRole('button', { name: /Go on/ }).click();
    while ((await total()) === paused) await page.waitForTimeout(20);
    await page.context().close();
  }, 120_000);

  it('is used by keyboard alone: past the navigation, along a chart, into its table, to another page and back', async () => {
    const page = await world.open('');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the figures');
    await page.keyboard.press('Enter');
    const plot = page.locator('.plot').first();
    await plot.focus();
    await page.keyboard.press('Home');
    const first = await page.locator('.chart-words').first().textContent();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.chart-words').first().textContent()).not.toBe(first);
    const toggle = page.getByRole('button', { name: 'Table' }).first();
    await toggle.focus();
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('tables=success');
    await page.getByRole('combobox', { name: /Find/ }).focus();
    await page.keyboard.type('ratin');
    await page.getByRole('option', { name: /Ratings/ }).waitFor();
    await page.keyboard.press('Enter');
    await settled(page);
    expect(new URL(page.url()).pathname).toBe('/analytics/ratings');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.goBack();
    await settled(page);
    expect(page.url()).toContain('tables=success');
    await page.context().close();
  }, 120_000);

  it('a day of a chart leads to the ratings of that day, by keyboard, and back', async () => {
    const sixDaysAgo = (): string => new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10);
    const opened = sixDaysAgo();
    const page = await world.open('?range=7d&engine=flux-pro');
    await page.locator('.plot').first().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await settled(page);
    const { pathname, searchParams } = new URL(page.url());
    const first = searchParams.get('first');
    expect([pathname, searchParams.get('range'), searchParams.get('engine')]).toEqual(['/analytics/ratings', 'custom', 'flux-pro']);
    // A day may have ended meanwhile.
    expect([opened, sixDaysAgo()]).toContain(first);
    expect(searchParams.get('last')).toBe(first);
    await page.goBack();
    await settled(page);
    expect(page.url()).toMatch(/\/analytics\?range=7d&engine=flux-pro$/);
    await page.context().close();
  }, 120_000);

  it('keeps its whole state in the address: filters, search and tables, so that a link shows the same', async () => {
    const page = await world.open('/prompts');
    await page.getByLabel('Search all prompts').fill('fox');
    await page.getByRole('heading', { name: /with the words: fox/ }).waitFor();
    await page.getByRole('combobox', { name: /^Engine/ }).selectOption('sdxl');
    const again = await world.open(new URL(page.url()).pathname.replace('/analytics', '') + new URL(page.url()).search);
    expect(await again.getByLabel('Search all prompts').inputValue()).toBe('fox');
    expect(await again.getByRole('combobox', { name: /^Engine/ }).inputValue()).toBe('sdxl');
    await again.context().close();
    await page.context().close();
  }, 120_000);

  it('a view is saved under a name and found again', async () => {
    const page = await world.open('/engines?range=7d');
    await page.getByText('Saved views').click();
    await page.getByLabel('Save this view as').fill('Monday');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await world.visit(page, '');
    await page.getByText('Saved views').click();
    await page.getByRole('link', { name: 'Monday' }).click();
    await settled(page);
    expect(page.url()).toMatch(/\/analytics\/engines\?range=7d$/);
    await page.context().close();
  }, 120_000);

  it('shows the days that a trend is compared with, in the chart and in its table, or none', async () => {
    const page = await world.open('?range=7d&tables=success');
    const heads = async (): Promise<string[]> =>
      page.locator('section.panel', { hasText: 'Share of ratings' }).first().locator('th').allTextContents();
    expect(await heads()).toEqual(expect.arrayContaining(['Success', 'Success, before', 'Day, before']));
    expect(await page.locator('.legend', { hasText: 'before:' }).count()).toBeGreaterThan(0);
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption('none');
    await settled(page);
    expect(await heads()).not.toContain('Success, before');
    expect(await page.locator('.legend', { hasText: 'before:' }).count()).toBe(0);
    await page.context().close();
  }, 120_000);

  it('shows another metric of an experiment over time and by segment, and says so in the address', async () => {
    await world.defineExperiment();
    const page = await world.open('/experiments/guided-prompts');
    const choice = page.getByLabel('Over time and by segment');
    expect(await choice.inputValue()).toBe('converted:upgrade');
    const [answer] = await Promise.all([page.waitForResponse(/results\?metric=failure_rate$/), choice.selectOption('failure_rate')]);
    expect(((await answer.json()) as { series: { metric: string } }).series.metric).toBe('failure_rate');
    expect(page.url()).toMatch(/\?metric=failure_rate$/);
    await page.goBack();
    expect(await choice.inputValue()).toBe('converted:upgrade');
    await world.visit(page, '/experiments/guided-prompts?metric=gone');
    await page.getByRole('button', { name: 'Show the primary metric' }).click();
    await choice.waitFor();
    expect(page.url()).toMatch(/guided-prompts$/);
    await page.context().close();
  }, 120_000);
});
