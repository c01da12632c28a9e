import { SCENARIOS } from './scenarios';

/** Small sizes, fixed seeds: what the full script (`npm run simulate`) shows with more runs. */
const SMALL: Readonly<Record<string, number>> = {
  peeking: 60,
  'every-event': 15,
  capped: 60,
  power: 250,
  intervals: 500,
  cuped: 600,
  bandit: 10,
  broken: 10,
};

describe('simulated experiments keep what is promised', () => {
  it.each(Object.entries(SCENARIOS).map(([name, scenario]) => ({ name, scenario, title: scenario.title })))(
    '$title',
    ({ name, scenario }) => {
      const broken = scenario.simulate({ seed: 2, runs: SMALL[name] ?? 10 }).filter(({ kept }) => !kept);
      expect(broken).toEqual([]);
    },
    120_000,
  );

  it('and are the same every time', () => {
    const twice = [1, 2].map(() => SCENARIOS['cuped']?.simulate({ seed: 3, runs: 5 }));
    expect(twice[0]).toEqual(twice[1]);
  });
});
