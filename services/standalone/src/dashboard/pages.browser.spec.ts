import { describeWithBrowser } from '@picly/testing';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { DashboardWorld, overflow, settled } from '../testing/dashboard-world';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [360, 1280, 2560];
const THEMES = ['light', 'dark'] as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds wrong, with the place. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<readonly Violation[]>(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] }).then((answer) => answer.violations)`,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`);
}

describeWithBrowser('every page of the dashboard', (open) => {
  let world: DashboardWorld;
  const addresses = new Map<string, string>();

  beforeAll(async () => {
    world = await DashboardWorld.start({ open, events: 4_000 });
    const top = await world.client.get<{ data: { prompt_hash: string }[] }>('/api/analytics/top-prompts', { query: { min_ratings: '1' } });
    const rated = await world.client.get<{ data: { generation_id: string }[] }>('/api/analytics/ratings', { query: { has: 'feedback' } });
    await world.defineExperiment();
    addresses.set('one prompt', `/prompts/${top.data[0]?.prompt_hash}`).set('one picture', `/ratings/${rated.data[0]?.generation_id}`);
  }, 180_000);
  afterAll(() => world.stop());

  it.each([
    ['overview', ''],
    ['overview with nothing in its time', '?range=custom&first=2020-01-01&last=2020-01-31'],
    ['engines', '/engines'],
    ['prompts', '/prompts'],
    ['found prompts', '/prompts?q=fox'],
    ['one prompt', undefined],
    ['ratings', '/ratings'],
    ['one picture', undefined],
    ['experiments', '/experiments'],
    ['one experiment', '/experiments/guided-prompts'],
    ['an experiment that nobody has defined', '/experiments/button-color'],
    ['operations', '/operations'],
    ['first event', '/start'],
    ['no page', '/nowhere'],
  ])(
    '%s fits 360, 1280 and 2560 pixels in both themes, without a complaint and accessible to level AA',
    async (name, address) => {
      const page = await world.open(address ?? addresses.get(name) ?? '');
      for (const width of WIDTHS) {
        for (const colorScheme of THEMES) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await settled(page);
          expect({ width, colorScheme, overflow: await overflow(page), found: await violations(page) }).toEqual({
            width,
            colorScheme,
            overflow: 0,
            found: [],
          });
        }
      }
      await page.context().close();
      expect(world.complaints).toEqual([]);
    },
    180_000,
  );

  it('says what to do when the API cannot be reached, and keeps the last good figures with their age', async () => {
    const page = await world.open('/engines');
    const before = await page.locator('[data-answer]').textContent();
    await page.context().setOffline(true);
    await page.getByRole('combobox', { name: /^Time(?! zone)/ }).selectOption('7d');
    await page
      .getByText(/Could not be loaded|These figures are/)
      .first()
      .waitFor({ timeout: 60_000 });
    await page.context().setOffline(false);
    await page.getByRole('combobox', { name: /^Time(?! zone)/ }).selectOption('30d');
    await page
      .getByText(before ?? '')
      .first()
      .waitFor({ timeout: 60_000 });
    await page.context().close();
  }, 180_000);
});
