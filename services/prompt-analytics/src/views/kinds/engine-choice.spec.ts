import fc from 'fast-check';
import { engineChoices, type KindRow } from './engine-choice';
import type { KindSums } from './kinds.queries';

const made = (engine: string, some: Partial<KindSums> = {}): KindSums => ({
  kind: 'watercolor',
  engine,
  currency: 'USD',
  calls: 1_000,
  pictures: 1_000,
  cost_micros: 10_000_000,
  rating_count: 1_000,
  rating_sum: 4_000,
  rating_squares: 17_000,
  success_count: 500,
  ...some,
});
const of = (rows: readonly KindRow[], engine: string): KindRow | undefined => rows.find((row) => row.engine === engine);
const choices = (sums: readonly KindSums[], minRatings = 20) => engineChoices(sums, { minRatings });

const anEngine = fc.record({
  cost_micros: fc.integer({ min: 0, max: 100_000_000 }),
  success_count: fc.integer({ min: 0, max: 1_000 }),
});

describe('which engine for a kind of prompt', () => {
  it('is the one that brings most, whatever a well-rated picture is worth', () => {
    fc.assert(
      fc.property(fc.array(anEngine, { minLength: 1, maxLength: 6 }), fc.double({ min: 0, max: 5, noNaN: true }), (engines, worth) => {
        const rows = choices(engines.map((one, i) => made(`e${i}`, one)));
        const brings = (row: KindRow): number => worth * (row.success_rate ?? 0) - (row.cost_per_picture ?? 0);
        const chosen = rows
          .filter((row) => row.chosen_from !== null && row.chosen_from <= worth)
          .sort((a, b) => (b.chosen_from ?? 0) - (a.chosen_from ?? 0) || brings(b) - brings(a))[0];
        expect(chosen && brings(chosen)).toBeCloseTo(Math.max(...rows.map(brings)), 9);
      }),
    );
  });

  it('changes where the dearer one earns its price: the difference of cost by the difference of success', () => {
    const rows = choices([made('cheap', { success_count: 400 }), made('dear', { success_count: 800, cost_micros: 90_000_000 })]);
    expect(of(rows, 'cheap')).toMatchObject({ chosen_from: 0, instead_of: null, cost_per_picture: 0.01 });
    const dear = of(rows, 'dear');
    expect(dear).toMatchObject({ instead_of: 'cheap', success_rate: 0.8 });
    expect(dear?.chosen_from).toBeCloseTo(0.2, 12);
    expect(dear?.chosen_from_lower).toBeLessThan(0.2);
    expect(dear?.chosen_from_upper).toBeGreaterThan(0.2);
  });

  it('has no upper end while the two cannot be told apart', () => {
    const rows = choices([made('cheap', { success_count: 500 }), made('dear', { success_count: 505, cost_micros: 20_000_000 })]);
    expect(of(rows, 'dear')).toMatchObject({ chosen_from_upper: null });
  });

  it('is surer of a switch point when fewer could have become one', () => {
    const pair = [made('cheap', { success_count: 400 }), made('dear', { success_count: 600, cost_micros: 90_000_000 })];
    const more = ['oil painting', 'anime', 'sketch'].flatMap((kind) => pair.map((row) => ({ ...row, kind })));
    const width = (rows: readonly KindRow[]): number => {
      const row = of(rows, 'dear');
      return (row?.chosen_from_upper ?? Infinity) - (row?.chosen_from_lower ?? 0);
    };
    expect(width(choices(pair))).toBeLessThan(width(choices([...pair, ...more])));
  });

  it('never is one with too few ratings, without a picture, or paid in several currencies', () => {
    const rows = choices([
      made('cheap'),
      made('few', { rating_count: 19, success_count: 19 }),
      made('never', { pictures: 0, success_count: 1_000 }),
      made('mixed', { success_count: 1_000 }),
      made('mixed', { success_count: 1_000, currency: 'EUR' }),
    ]);
    expect(rows.filter((row) => row.chosen_from !== null).map(({ engine }) => engine)).toEqual(['cheap']);
    expect(of(rows, 'mixed')).toMatchObject({ currency: null, cost_per_picture: null, rating_count: 2_000 });
    const several = choices([made('dollars'), made('euros', { currency: 'EUR', success_count: 900 })]);
    expect(several.map((row) => row.chosen_from)).toEqual([null, null]);
  });
});
