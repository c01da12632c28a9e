import { patiently } from '@picly/api-client';
import { describeWithBrowser, uuidOf } from '@picly/testing';
import { NAUGHTY } from '../testing/naughty-strings';
import { DashboardWorld, overflow } from '../testing/dashboard-world';

const TAGS = NAUGHTY.filter((text) => !text.includes(',') && text.length <= 64);

describeWithBrowser('what people may type', (open) => {
  let world: DashboardWorld;

  beforeAll(async () => {
    world = await DashboardWorld.start({ open, settings: { TAGS: TAGS.join(',') } });
    let position = '';
    for (const [n, text] of NAUGHTY.entries()) {
      const generation = {
        generation_id: uuidOf(n, 9),
        prompt: text,
        engine: text.slice(0, 180),
        user_id: text,
        image_url: text,
        error: text,
      };
      await world.client.post('/api/analytics/generation', {
        ...generation,
        success: n % 2 === 0,
        response_time: 1,
        cost: 0.01,
        revenue: 0.02,
      });
      const tag = TAGS[n % TAGS.length];
      const rating = {
        generation_id: uuidOf(n, 9),
        rating: 1 + (n % 5),
        feedback: text,
        user_id: text,
        tags: tag === undefined ? [] : [tag.trim()],
      };
      ({ position } = await world.client.post<{ position: string }>('/api/analytics/rate', rating));
      await world.client.post('/api/analytics/exposure', { experiment: text.slice(0, 100), variant: 'b', user_id: text });
    }
    for (const read of ['ratings/summary', 'models']) {
      await patiently(() => world.client.get(`/api/analytics/${read}`, { after: position }), { patienceMs: 60_000 });
    }
  }, 180_000);
  afterAll(() => world.stop());

  it.each([
    ['the overview', ''],
    ['engines', '/engines'],
    ['prompts', '/prompts?min=1'],
    ['a search', `/prompts?q=${encodeURIComponent(NAUGHTY[1])}`],
    ['ratings', '/ratings'],
    ['one picture', `/ratings/${uuidOf(1, 9)}`],
    ['a picture of no such id', `/ratings/${encodeURIComponent(NAUGHTY[0])}`],
    ['a prompt of no such hash', `/prompts/${encodeURIComponent(NAUGHTY[1])}`],
    ['an engine filter', `/engines?engine=${encodeURIComponent(NAUGHTY[1])}`],
    ['the tables of engines', '/engines?tables=quality-cost.kinds.engine-trend'],
    ['what a person rated', `/ratings?person=${encodeURIComponent(NAUGHTY[1])}`],
    ['experiments', '/experiments'],
    ['an experiment', `/experiments/${encodeURIComponent(NAUGHTY[1].slice(0, 100))}`],
    ['operations', '/operations'],
    ['the first event', '/start'],
  ])(
    'is text on %s: nothing runs, nothing breaks the layout',
    async (_name, address) => {
      for (const width of [360, 1280]) {
        const page = await world.open(address, width);
        expect({
          executed: await page.evaluate('window.executed'),
          frames: page.frames().length,
          overflow: await overflow(page),
          complaints: world.complaints.filter((text) => !text.includes('404')),
        }).toEqual({ executed: undefined, frames: 1, overflow: 0, complaints: [] });
        await page.context().close();
      }
    },
    120_000,
  );

  it('pages come with a policy that allows neither inline code nor anything from elsewhere', async () => {
    const { headers } = await fetch(`${world.url}/analytics`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-frame-options')).toBe('DENY');
  });
});
