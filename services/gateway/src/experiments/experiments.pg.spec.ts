import { GatewayWorld, type Answer } from '../testing/gateway-world';

const TWO_ARMS = {
  arms: [
    { key: 'control', weight: 0.5 },
    { key: 'green', weight: 0.5 },
  ],
  primary_metric: 'downloaded',
};

describe('administering experiments', () => {
  let world: GatewayWorld;
  beforeAll(async () => void (world = await GatewayWorld.start()));
  afterAll(() => world.stop());

  const define = (key: string, more: object = {}): Promise<Answer> => world.post('admin/experiments', { key, ...TWO_ARMS, ...more });
  const move = (key: string, state: string, revision: number, more: object = {}): Promise<Answer> =>
    world.post(`admin/experiments/${encodeURIComponent(key)}/state`, { state, revision, ...more });
  const problemsOf = ({ body }: Answer): string[] =>
    ((body['errors'] ?? []) as { pointer: string; code: string }[]).map(({ pointer, code }) => `${pointer} ${code}`);

  it('keeps a definition complete, with its author, as the first event of the experiment', async () => {
    const made = await define('first', { author: 'eve', reason: 'why not' });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        key: 'first',
        revision: 1,
        state: 'draft',
        change: 'defined',
        author: 'eve',
        definition: { coverage: 1, unit: 'user', currency: 'USD' },
      },
    ]);
    expect((await world.appended()).filter(({ data }) => data['experiment'] === 'first')).toMatchObject([{ type: 'experiment-changed' }]);
    expect((await define('first')).body['code']).toBe('already_exists');
  });

  it.each([
    [
      'weights that do not sum',
      {
        arms: [
          { key: 'a', weight: 0.5 },
          { key: 'b', weight: 0.4 },
        ],
      },
      '/arms weights_sum',
    ],
    ['one arm', { arms: [{ key: 'a', weight: 1 }] }, '/arms too_few_arms'],
    ['no arms', { arms: undefined }, '/arms too_few_arms'],
    [
      'an arm of weight zero',
      {
        arms: [
          { key: 'a', weight: 1 },
          { key: 'b', weight: 0 },
        ],
      },
      '/arms zero_weight',
    ],
    [
      'a negative weight',
      {
        arms: [
          { key: 'a', weight: 1 },
          { key: 'b', weight: -0.5 },
        ],
      },
      '/arms/1/weight number',
    ],
    ['two arms of one name', { arms: [{ key: 'a' }, { key: 'a' }] }, '/arms repeated'],
    ['an unknown metric', { primary_metric: 'happiness' }, '/primary_metric unknown_metric'],
    ['an unknown guardrail', { guardrails: [{ metric: 'x' }] }, '/guardrails/0/metric unknown_metric'],
    ['a ratio without denominator', { metrics: [{ key: 'r', type: 'ratio', of: 'revenue' }] }, '/metrics/0/per metric_shape'],
    ['an empty namespace', { namespace: { name: 'n', start: 0.5, end: 0.5 } }, '/namespace/end empty_range'],
    ['a targeting that is none', { targeting: { plan: { above: 3 } } }, '/targeting/plan/above condition'],
    ['an unknown field', { colour: 'red' }, '/colour unknown_field'],
    ['an empty key', { key: '' }, '/key text'],
  ])('refuses %s, saying what is wrong', async (_what, more, problem) => {
    const answer = await define('bad', more);
    expect([answer.status, problemsOf(answer)]).toEqual([400, [problem]]);
  });

  it('takes keys of any script', async () => {
    expect((await define('preise/März ☃')).status).toBe(201);
    expect((await world.send('GET', `admin/experiments/${encodeURIComponent('preise/März ☃')}`)).body['revision']).toBe(1);
  });

  it('brings it through its life, and never edits the past', async () => {
    await define('life');
    expect((await move('life', 'paused', 1)).body['errors']).toMatchObject([{ code: 'state_transition' }]);
    expect((await move('life', 'running', 1)).body).toMatchObject({ revision: 2, change: 'started' });
    expect((await move('life', 'paused', 2)).body).toMatchObject({ revision: 3, change: 'paused' });
    expect((await move('life', 'running', 3)).body).toMatchObject({ revision: 4, change: 'resumed' });
    expect(problemsOf(await move('life', 'shipped', 4, { arm: 'blue' }))).toEqual(['/arm unknown_arm']);
    expect((await move('life', 'shipped', 4, { arm: 'green', reason: 'it won' })).body).toMatchObject({ state: 'shipped', arm: 'green' });
    expect((await move('life', 'running', 5)).status).toBe(400);
    const { body } = await world.send('GET', 'admin/experiments/life');
    expect((body['revisions'] as { change: string }[]).map(({ change }) => change)).toEqual([
      'defined',
      'started',
      'paused',
      'resumed',
      'shipped',
    ]);
  });

  it('under way lets weights change as a new phase, and refuses another metric', async () => {
    await define('under-way');
    await move('under-way', 'running', 1);
    const patch = (body: object): Promise<Answer> => world.send('PATCH', 'admin/experiments/under-way', { body });
    const other = await patch({ revision: 2, primary_metric: 'shared' });
    expect(problemsOf(other)).toContain('/primary_metric metric_changed_under_way');
    expect(problemsOf(await patch({ revision: 2, unit: 'session' }))).toEqual(['/unit frozen_under_way']);
    const arms = [
      { key: 'control', weight: 0.2 },
      { key: 'green', weight: 0.8 },
    ];
    expect((await patch({ revision: 2, arms })).body).toMatchObject({ revision: 3, change: 'reweighted', state: 'running' });
    expect(problemsOf(await patch({ arms }))).toEqual(['/revision required']);
  });

  it('lets one of those who change at once win, and tells the others', async () => {
    await define('contested');
    const answers = await Promise.all([1, 2, 3, 4].map(() => move('contested', 'running', 1)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(answers.filter(({ status }) => status === 409).map(({ body }) => body['code'])).toEqual(Array(3).fill('revision_conflict'));
  });

  it('lists them by key, page by page', async () => {
    const { body } = await world.send('GET', 'admin/experiments?limit=1');
    expect(body).toMatchObject({ data: [{ key: 'contested' }], as_of: { lag_events: 0 } });
    expect((await world.send('GET', `admin/experiments?limit=1&cursor=${String(body['next_cursor'])}`)).body).toMatchObject({
      data: [{ key: 'first' }],
    });
    expect((await world.send('GET', 'admin/experiments/nobody')).status).toBe(404);
  });

  it('gives clients a document to assign by, with an ETag and without drafts', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { body, headers } = await world.send('GET', 'experiments/definitions');
    const keys = (body['experiments'] as { key: string }[]).map(({ key }) => key);
    expect(keys).toEqual(['contested', 'life', 'under-way']);
    expect(JSON.stringify(body)).not.toContain('hypothesis');
    const etag = headers.get('etag') ?? '';
    expect((await world.send('GET', 'experiments/definitions', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('lets a browser key have that document and nothing else', async () => {
    const admin = (await world.post('admin/keys', { name: 'a', scopes: ['admin'] })).body['key'] as string;
    const asAdmin = { authorization: `Bearer ${admin}` };
    const browser = (await world.post('admin/keys', { name: 'b', scopes: ['ingest:browser'] }, asAdmin)).body['key'] as string;
    const asBrowser = { headers: { authorization: `Bearer ${browser}` } };
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await world.send('GET', 'experiments/definitions', asBrowser)).status).toBe(200);
    expect((await world.send('GET', `experiments/definitions?key=${browser}`)).status).toBe(200);
    expect((await world.send('GET', 'experiments/definitions')).status).toBe(401);
    expect((await world.send('GET', 'admin/experiments', asBrowser)).status).toBe(403);
  });
});
