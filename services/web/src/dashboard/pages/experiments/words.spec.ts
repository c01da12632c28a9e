import { aResult } from './a-result.fixture';
import type { Results } from './rows';
import { headline, liftInterval, metricValue, primaryEffect, ranWords, scaleWords } from './words';

const results = (some: Partial<Results>, verdict: Results['decision']['verdict'] = 'keep_running', arm: string | null = null): Results => ({
  ...aResult,
  decision: { ...aResult.decision, verdict, arm },
  ...some,
});

describe('what an experiment says', () => {
  it('is the verdict, and how long it may take', () => {
    expect(headline(results({}))).toBe('Keep running: about 6 days more');
    expect(headline(results({}, 'ship', 'b'))).toBe('Ship b');
    expect(headline(results({ forecast: { hours_needed: 1e6, units_needed: 1, effect: 0.05 } }))).toContain('more than two years');
  });

  it('is what was done, once it is decided', () => {
    expect(headline(results({ state: 'draft' }))).toContain('draft');
    expect(headline(results({ state: 'shipped' }, 'ship', 'b'))).toBe('Shipped: b');
  });

  it('is about the arm that the decision names', () => {
    expect(primaryEffect(results({}, 'ship', 'c'))).toMatchObject({ arm: 'c', effect: { effect: 0.2 } });
    expect(primaryEffect(results({}))).toMatchObject({ arm: 'b' });
  });

  it('tells open ends as such, and values in the unit of their metric', () => {
    expect(liftInterval([0.012, 0.07])).toBe('+1.2 % to +7.0 %');
    expect(liftInterval([-0.1, null])).toBe('−10.0 % to no upper end');
    expect([metricValue('proportion', 0.102), metricValue('mean', 12.3456), metricValue('mean', null)]).toEqual(['10.2 %', '12.35', '–']);
  });
});

it('says for how long people have taken part', () => {
  expect(ranWords({ run_hours: 72 })).toBe('for 3 days');
  expect(ranWords({ run_hours: 0 })).toBe('nobody yet');
});

it('says what the ends of bars stand for', () => expect(scaleWords([-0.5, 0.5])).toBe('bars from −50.0 % to +50.0 %'));
