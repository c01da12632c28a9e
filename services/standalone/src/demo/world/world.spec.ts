import { createHash } from 'node:crypto';
import { EVENTS_BY_HTTP_NAME, validateBody } from '@picly/contracts';
import { asSent } from '../send-world';
import type { Delivery } from './event';
import { Ledger, ratingsOf } from './ledger';
import { starsFor } from './opinion';
import { Random } from './random';
import { ENGINES, EXPERIMENTS } from './truth';
import { happen, survey, type WorldOptions } from './world';

const WORLD: WorldOptions = { seed: 'spec', events: 12_000, days: 30, until: Date.UTC(2026, 10, 22, 9) };
const DAY_MS = 86_400_000;

const digestOf = (options: WorldOptions): string => {
  const hash = createHash('sha256');
  for (const delivery of happen(options)) hash.update(JSON.stringify(delivery));
  return hash.digest('hex');
};

let ledger: Ledger;
let deliveries: readonly Delivery[];

beforeAll(() => {
  ledger = new Ledger();
  deliveries = [...happen(WORLD, ledger)];
});

describe('the demo world', () => {
  it('is the same events, byte for byte, for the same seed, and others for another', () => {
    expect(digestOf(WORLD)).toBe(digestOf(WORLD));
    expect(digestOf({ ...WORLD, seed: 'other' })).not.toBe(digestOf(WORLD));
  });

  it('is about as large as asked for, and its survey counts what it delivers', () => {
    expect(deliveries.length / WORLD.events).toBeGreaterThan(0.85);
    expect(deliveries.length / WORLD.events).toBeLessThan(1.15);
    expect(survey(WORLD).deliveries).toBe(deliveries.length);
  });

  it('says nothing that the API would not take', () => {
    for (const delivery of deliveries) {
      const { type, ...body } = asSent(delivery, WORLD.until);
      const definition = EVENTS_BY_HTTP_NAME.get(type);
      expect(definition && validateBody(definition.body, body)).toEqual([]);
    }
  });

  it('happens before its end, and arrives in the order of arrival', () => {
    const arrivals = deliveries.map((delivery) => delivery.arrivesAt);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    expect(Math.max(...deliveries.map(({ event }) => Date.parse(event.occurred_at)))).toBeLessThan(WORLD.until);
  });

  it('has late, repeated and overtaking events, and people with wrong clocks', () => {
    const originals = deliveries.filter((delivery) => !delivery.repeat);
    const ids = originals.map(({ event }) => event.event_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(ledger.events);
    const repeats = deliveries.filter((delivery) => delivery.repeat);
    expect(repeats.length / ids.length).toBeCloseTo(0.02, 2);
    expect(repeats.every(({ event }) => ids.includes(event.event_id))).toBe(true);
    const late = originals.filter(({ event, arrivesAt }) => arrivesAt - Date.parse(event.occurred_at) > 600_000);
    expect(late.length / ids.length).toBeGreaterThan(0.02);
    const generationAt = new Map(
      originals.filter(({ event }) => event.type === 'generation').map(({ event, arrivesAt }) => [event['generation_id'], arrivesAt]),
    );
    const early = originals.filter(
      ({ event, arrivesAt }) => event.type === 'rate' && (generationAt.get(event['generation_id']) ?? 0) > arrivesAt,
    );
    expect(early.length).toBeGreaterThan(10);
    expect(originals.some(({ clockErrorMs }) => clockErrorMs !== 0)).toBe(true);
  });

  it('says both of its times by a wrong clock, so that the error cancels out', () => {
    const wrong = deliveries.find(({ clockErrorMs }) => clockErrorMs !== 0);
    if (!wrong) throw new Error('nobody has a wrong clock');
    const now = WORLD.until + DAY_MS;
    const sent = asSent(wrong, now);
    const age = Date.parse(String(sent['sent_at'])) - Date.parse(String(sent['occurred_at']));
    expect(now - age).toBe(Date.parse(wrong.event.occurred_at));
  });

  it('counts in its ledger what its events say', () => {
    const latest = new Map<string, { engine: string; stars: number; at: string }>();
    const engineOf = new Map<unknown, string>();
    const originals = deliveries.filter((delivery) => !delivery.repeat).map(({ event }) => event);
    for (const event of originals) if (event.type === 'generation') engineOf.set(event['generation_id'], String(event['engine']));
    for (const event of originals.filter(({ type }) => type === 'rate')) {
      const key = `${String(event['generation_id'])} ${String(event['user_id'])}`;
      const known = latest.get(key);
      if (known && known.at >= event.occurred_at) continue;
      latest.set(key, { engine: engineOf.get(event['generation_id']) ?? '', stars: Number(event['rating']), at: event.occurred_at });
    }
    for (const { name } of ENGINES) {
      const stars = [...latest.values()].filter((rating) => rating.engine === name).map((rating) => rating.stars);
      expect(ratingsOf(ledger.engine(name))).toEqual({ count: stars.length, average: stars.reduce((sum, n) => sum + n, 0) / stars.length });
      const calls = originals.filter((event) => event['engine'] === name && 'success' in event);
      expect(ledger.engine(name)).toMatchObject({ calls: calls.length, successes: calls.filter((event) => event['success']).length });
    }
    for (const { key, arms } of EXPERIMENTS) {
      const exposed = originals.filter((event) => event.type === 'exposure' && event['experiment'] === key);
      expect(arms.map(({ variant }) => ledger.arm(key, variant).units)).toEqual(
        arms.map(({ variant }) => exposed.filter((event) => event['variant'] === variant).length),
      );
    }
  });

  it('counts as active who did something, not who merely signed up', () => {
    const active = new Map<number, Set<unknown>>();
    for (const { event } of deliveries) {
      if (event.type === 'user' || event['user_id'] === undefined) continue;
      const day = Math.floor(Date.parse(event.occurred_at) / DAY_MS);
      active.set(day, (active.get(day) ?? new Set()).add(event['user_id']));
    }
    const sizes = (days: ReadonlyMap<number, ReadonlySet<unknown>>): unknown => [...days].map(([day, people]) => [day, people.size]).sort();
    expect(sizes(ledger.activeByDay)).toEqual(sizes(active));
  });

  it('ranks the engines by their true quality', () => {
    const byQuality = [...ENGINES].sort((a, b) => b.quality - a.quality).map(({ name }) => ratingsOf(ledger.engine(name)).average ?? 0);
    expect(byQuality).toEqual([...byQuality].sort((a, b) => b - a));
  });
});

describe('chance', () => {
  const random = new Random('spec');
  const draws = (draw: () => number): { mean: number; deviation: number } => {
    const values = Array.from({ length: 20_000 }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
  };

  it('has the means and deviations of its distributions', () => {
    const uniform = draws(() => random.next());
    expect(uniform.mean).toBeCloseTo(0.5, 1);
    expect(uniform.deviation).toBeCloseTo(Math.sqrt(1 / 12), 2);
    const normal = draws(() => random.normal(3, 2));
    expect(normal.mean).toBeCloseTo(3, 1);
    expect(normal.deviation).toBeCloseTo(2, 1);
    expect(draws(() => Math.log(random.logNormal(5, 0.4))).mean).toBeCloseTo(Math.log(5), 1);
    const poisson = draws(() => random.poisson(1.2));
    expect(poisson.mean).toBeCloseTo(1.2, 1);
    expect(poisson.deviation ** 2).toBeCloseTo(1.2, 0);
  });

  it('forks into sources that do not disturb each other', () => {
    const one = new Random('x');
    const first = one.fork('a').next();
    one.next();
    expect(one.fork('a').next()).toBe(first);
    expect(one.fork('b').next()).not.toBe(first);
  });

  it('gives one to five stars between its thresholds', () => {
    expect([-9, -1.5, -1.4, -0.5, 0.5, 1.1, 9].map(starsFor)).toEqual([1, 1, 2, 3, 4, 4, 5]);
  });
});
