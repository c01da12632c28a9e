import fc from 'fast-check';
import { banditWeights, chancesOfBest, topTwoShares, withFloor } from './bandit';
import { randomFrom } from './random';
import oracle from './vectors/methods.json';

const total = (shares: readonly number[]): number => shares.reduce((sum, share) => sum + share, 0);
const counts = fc.array(
  fc.tuple(fc.nat({ max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true })).map(([n, share]) => ({ n, sum: Math.floor(n * share) })),
  { minLength: 2, maxLength: 6 },
);

describe('bandit weights', () => {
  it.each(oracle.best)('know the chance of being best as scipy integrates it: $means', ({ means, sds, chances }) => {
    const computed = chancesOfBest(means.map((mean, at) => ({ mean, sd: sds[at] ?? 0 })));
    computed.forEach((chance, at) => expect(chance).toBeCloseTo(chances[at] ?? 0, 6));
  });

  it('of two arms follow the chances alone, as the second of two is always the other', () => {
    topTwoShares([0.99, 0.01]).forEach((share) => expect(share).toBeCloseTo(0.5, 12));
    const { weights, chances } = banditWeights(
      'proportion',
      [
        { n: 1_000, sum: 100 },
        { n: 1_000, sum: 120 },
      ],
      { direction: 'up', floor: 0.1 },
    );
    expect(weights[1]).toBeCloseTo(0.1 + 0.8 * (chances[1] ?? 0), 12);
    expect(weights[1]).toBeGreaterThan(0.7);
  });

  it('of more arms play the best half of the time', () => {
    topTwoShares([1, 0, 0]).forEach((share, at) => expect(share).toBeCloseTo([0.5, 0.25, 0.25][at] ?? 0, 12));
  });

  it('never fall below the floor, and sum to 1', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 0.6, noNaN: true }), (arms, floor) => {
        const { weights } = banditWeights('proportion', arms, { direction: 'up', floor });
        expect(total(weights)).toBeCloseTo(1, 9);
        for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(Math.min(floor, 1 / arms.length) - 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('are uniform when the floors fill everything', () => {
    expect(withFloor([0.7, 0.2, 0.1], 0.4)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(withFloor([0.7, 0.3], 0.1)).toEqual([0.1 + 0.8 * 0.7, 0.1 + 0.8 * 0.3]);
  });

  it('are equal until every arm says something', () => {
    expect(
      banditWeights(
        'mean',
        [
          { n: 1, sum: 1 },
          { n: 9, sum: 3, sumSquares: 5 },
        ],
        { direction: 'up', floor: 0 },
      ),
    ).toEqual({
      weights: [0.5, 0.5],
      chances: [0.5, 0.5],
      reason: 'too_few_units',
    });
  });

  it('turn round for a metric that should go down', () => {
    const arms = [
      { n: 500, sum: 50 },
      { n: 500, sum: 90 },
      { n: 500, sum: 70 },
    ];
    const up = banditWeights('proportion', arms, { direction: 'up', floor: 0 }).chances;
    const down = banditWeights('proportion', arms, { direction: 'down', floor: 0 }).chances;
    expect(up[1]).toBeGreaterThan(0.9);
    expect(down[0]).toBeGreaterThan(0.9);
  });
});

describe('seeded random numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    const draw = (seed: number): number[] => {
      const random = randomFrom(seed);
      return [random.uniform(), random.normal(), random.below(10), random.binomial(20, 0.5), random.choice([1, 2, 3])];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('have the moments of their distributions', () => {
    const random = randomFrom(1);
    const n = 50_000;
    let [uniform, normal, square, ones] = [0, 0, 0, 0];
    for (let at = 0; at < n; at++) {
      uniform += random.uniform();
      const z = random.normal();
      normal += z;
      square += z * z;
      if (random.choice([3, 1]) === 1) ones++;
    }
    expect(uniform / n).toBeCloseTo(0.5, 2);
    expect(Math.abs(normal / n)).toBeLessThan(0.02);
    expect(square / n).toBeCloseTo(1, 1);
    expect(ones / n).toBeCloseTo(0.25, 2);
  });
});
