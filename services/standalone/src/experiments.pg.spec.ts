import { assignFrom, type ExperimentDefinitions } from '@picly/assignment';
import { ApiClient, ApiError, patiently } from '@picly/api-client';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, seededRandom, type TestDatabase } from '@picly/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStandaloneConfig } from './config';
import { standalone } from './standalone.module';

const API = '/api/analytics';
const ADMIN = `${API}/admin/experiments`;
/** As old as a definition may be that arms are assigned by. */
const DEFINITIONS_AGE_MS = 1_100;

type Body = Readonly<Record<string, unknown>>;

interface Results {
  readonly decision: { readonly verdict: string; readonly arm: string | null };
  readonly phases: readonly { readonly weights: Readonly<Record<string, number>> }[];
  readonly metrics: readonly {
    readonly arms: readonly { readonly arm: string; readonly n: number; readonly value: number | null }[];
    readonly comparisons: readonly {
      readonly arm: string;
      readonly absolute: { readonly effect: number; readonly interval: readonly [number, number]; readonly method: string };
      readonly relative: { readonly reason: string | null; readonly p: number };
    }[];
  }[];
  readonly health: {
    readonly sample_ratio: { readonly alarm: boolean };
    readonly multiple_exposure: { readonly units: number };
    readonly stray_exposures: { readonly unknown_arm: number; readonly while_not_running: number };
  };
  readonly bandit: { readonly weights: Readonly<Record<string, number>> } | null;
}

describe('experiments on a running system', () => {
  let database: TestDatabase;
  let service: ServiceHandle;
  let client: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(
      standalone,
      readStandaloneConfig({ PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'silent', LOG_PARTITIONS: '2' }),
    );
    client = new ApiClient({ baseUrl: service.url });
  }, 120_000);
  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  async function begin(key: string, definition: Body): Promise<void> {
    await client.post(ADMIN, { key, author: 'spec', ...definition });
    const change = { state: 'running', revision: 1, author: 'spec' };
    const { position } = await client.post<{ position: string }>(`${ADMIN}/${key}/state`, change);
    // Those who assign know of it now; the results hear of it later.
    await resultsOf(key, position);
  }

  /** Everything is sent; the last position waits for all, as both logs of the types are folded together. */
  async function send(events: readonly Body[]): Promise<string> {
    let position = '';
    for (let at = 0; at < events.length; at += 1_000) {
      const answer = await client.post<{ results: { status: string }[]; position: string }>(`${API}/batch`, {
        events: events.slice(at, at + 1_000),
      });
      expect(answer.results.filter(({ status }) => status !== 'accepted')).toEqual([]);
      position = answer.position;
    }
    return position;
  }

  async function resultsOf(key: string, after: string): Promise<Results> {
    const options = after === '' ? {} : { after };
    const text = await patiently(async () => (await client.open(`${API}/experiments/${key}/results`, options)).text(), {
      patienceMs: 60_000,
    });
    expect(text).not.toMatch(/NaN|Infinity/);
    return JSON.parse(text) as Results;
  }

  describe('as a bandit', () => {
    const RATES: Readonly<Record<string, number>> = { a: 0.1, b: 0.1, c: 0.4 };
    const FLOOR = 0.1;
    const ROUNDS = 4;
    const PEOPLE = 400;
    let lost = 0;
    let results: Results;
    let revisions: readonly { change: string; author: string; definition: { arms: readonly { key: string; weight: number }[] } }[];

    beforeAll(async () => {
      const random = seededRandom(11);
      await begin('bandit', {
        arms: ['a', 'b', 'c'].map((key) => ({ key })),
        primary_metric: 'converted:purchase',
        mode: 'bandit',
        bandit_floor: FLOOR,
      });
      let position = '';
      for (let round = 0; round < ROUNDS; round++) {
        await sleep(DEFINITIONS_AGE_MS);
        const document = await client.get<ExperimentDefinitions>(`${API}/experiments/definitions`);
        const events = Array.from({ length: PEOPLE }, (_, n) => {
          const user_id = `person-${round}-${n}`;
          const { arm } = assignFrom(document, { experiment: 'bandit', unit: user_id });
          const rate = RATES[arm ?? ''] ?? 0;
          lost += 0.4 - rate;
          const exposure = { type: 'exposure', experiment: 'bandit', variant: arm, user_id };
          return random() < rate ? [exposure, { type: 'conversion', metric: 'purchase', user_id }] : [exposure];
        }).flat();
        position = await send(events);
        await resultsOf('bandit', position);
        if (round < ROUNDS - 1) await client.post(`${ADMIN}/bandit/look`, {});
      }
      results = await resultsOf('bandit', position);
      ({ revisions } = await client.get<{ revisions: typeof revisions }>(`${ADMIN}/bandit`));
    }, 180_000);

    it('gives more people the better arm, as phases that are kept, never below the floor', () => {
      const phases = revisions.filter(({ change }) => change === 'reweighted');
      expect(phases.length).toBeGreaterThanOrEqual(1);
      expect(phases.every(({ author }) => author === 'rule')).toBe(true);
      for (const { definition } of phases) {
        expect(definition.arms.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const { weight } of definition.arms) expect(weight).toBeGreaterThanOrEqual(FLOOR - 1e-9);
        expect(definition.arms.find(({ key }) => key === 'c')?.weight).toBeGreaterThan(1 / 3);
      }
      expect(results.phases.length).toBe(phases.length + 1);
      for (const weight of Object.values(results.bandit?.weights ?? {})) expect(weight).toBeGreaterThanOrEqual(FLOOR - 1e-9);
    });

    it('loses less than a fixed split would', () => {
      expect(lost).toBeLessThan((ROUNDS * PEOPLE * (0.3 + 0.3)) / 3);
    });

    it('tells honest effects in spite of it: compared within phases, the truth inside the interval, no false alarm', () => {
      expect(results.metrics[0]?.arms.reduce((sum, { n }) => sum + n, 0)).toBe(ROUNDS * PEOPLE);
      for (const { arm, absolute } of results.metrics[0]?.comparisons ?? []) {
        expect(absolute.method).toContain('phases of different weights');
        const truth = (RATES[arm] ?? 0) - (RATES['a'] ?? 0);
        expect(absolute.interval[0]).toBeLessThan(truth);
        expect(absolute.interval[1]).toBeGreaterThan(truth);
      }
      expect(results.health.sample_ratio.alarm).toBe(false);
    });
  });

  describe('with bad input', () => {
    const START = Date.UTC(2026, 0, 1);
    const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString();
    const SPENT = { metrics: [{ key: 'spent', type: 'mean', of: 'value', conversion: 'order' }], primary_metric: 'spent' };
    const exposure = (experiment: string, user_id: string, variant: string, hours = 1): Body => ({
      type: 'exposure',
      experiment,
      user_id,
      variant,
      occurred_at: at(hours),
    });
    const order = (user_id: string, value: number, hours = 2): Body => ({
      type: 'conversion',
      metric: 'order',
      user_id,
      value,
      occurred_at: at(hours),
    });
    const crowd = (key: string, value: (arm: string, n: number) => number): Body[] =>
      ['a', 'b'].flatMap((arm) =>
        Array.from({ length: 120 }, (_, n) => [
          exposure(key, `${key}-${arm}-${n}`, arm),
          order(`${key}-${arm}-${n}`, value(arm, n)),
        ]).flat(),
      );
    const reasonOf = (results: Results): string | null | undefined => results.metrics[0]?.comparisons[0]?.relative.reason;

    it.each<[what: string, reason: string | null, events: (key: string) => Body[]]>([
      ['no exposures', 'too_few_units', () => []],
      ['nobody in one arm', 'too_few_units', (key) => crowd(key, () => 5).filter(({ variant }) => variant !== 'b')],
      ['everybody spending the same', 'no_variance', (key) => crowd(key, (arm) => (arm === 'a' ? 5 : 6))],
      ['a control that spends nothing', 'no_variance', (key) => crowd(key, (arm, n) => (arm === 'a' ? 0 : n))],
      ['a control that comes to zero', 'control_mean_zero', (key) => crowd(key, (arm, n) => (arm === 'a' ? (n % 2 ? 1 : -1) : n))],
      ['a negative baseline', null, (key) => crowd(key, (arm, n) => -10 + (n % 7) * (arm === 'a' ? 1 : 0.9))],
      [
        'conversions before their exposures only',
        'no_variance',
        (key) => crowd(key, () => 5).map((event) => (event['type'] === 'conversion' ? { ...event, occurred_at: at(0) } : event)),
      ],
      [
        'everybody in both arms',
        'too_few_units',
        (key) => Array.from({ length: 50 }, (_, n) => ['a', 'b'].map((arm, hour) => exposure(key, `${key}-${n}`, arm, 1 + hour))).flat(),
      ],
      ['arms there are none of', 'too_few_units', (key) => [exposure(key, `${key}-x`, 'c')]],
    ])('answers %s with %s, and no winner', async (what, reason, events) => {
      const key = `bad-${what.replaceAll(' ', '-')}`;
      await begin(key, { arms: [{ key: 'a' }, { key: 'b' }], ...SPENT });
      const results = await resultsOf(key, await send(events(key)));
      expect(reasonOf(results)).toBe(reason);
      expect(results.decision).toMatchObject({ arm: null });
      expect(results.decision.verdict).not.toBe('ship');
    });

    it('takes ids of any script, and refuses those that are empty', async () => {
      const key = 'any-script';
      await begin(key, { arms: [{ key: 'a' }, { key: 'ü☃' }], ...SPENT });
      const ids = ['ñandú', '用户', '💡', 'a b"\\c'];
      const results = await resultsOf(key, await send(ids.map((id, n) => exposure(key, id, n % 2 ? 'a' : 'ü☃'))));
      expect(results.metrics[0]?.arms.map(({ n }) => n)).toEqual([2, 2]);
      for (const id of ids) {
        const path = `${API}/experiments/${key}/assignment`;
        const answer = await client.get<{ arm: string; reason: string }>(path, { query: { user_id: id } });
        expect(answer.reason).toBe('sticky');
      }
      const refused = await client.post(`${API}/exposure`, { experiment: key, user_id: '' }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ApiError);
      expect(refused).toMatchObject({ status: 400 });
      const nobody = await client.get<{ arm: null; reason: string }>(`${API}/experiments/${key}/assignment`, { query: { user_id: '' } });
      expect(nobody).toMatchObject({ arm: null, reason: 'no_unit' });
    });
  });
});
