import { aResult } from './a-result.fixture';
import type { Results } from './rows';
import { aboutWords, verdictsWords, wordsOf, type Verdict } from './verdict-words';
import { isSound, sentence } from './words';

const row = (experiment: string, state: Verdict['row']['state'] = 'running'): Verdict['row'] => ({
  experiment,
  state,
  primary_metric: 'purchase',
  first_exposure_at: '2026-03-01T08:00:00.000Z',
  last_exposure_at: null,
  exposures: 9,
  units: 5,
  arms: ['a', 'b'],
  conversions: 1,
});
const running = (experiment: string): Verdict => ({ row: row(experiment), results: aResult, isLoading: false });
const decided = (experiment: string, verdict: Results['decision']['verdict']): Verdict => ({
  ...running(experiment),
  results: { ...aResult, decision: { ...aResult.decision, verdict, arm: 'c' } },
});

describe('the list of experiments', () => {
  it('begins with what can be shipped, its effect and how sure that is', () => {
    expect(verdictsWords([running('x'), decided('y', 'ship')])).toBe('Ship c in y: +20.0 % (+15.0 % to +25.0 %, always valid)');
    expect(verdictsWords([decided('x', 'roll_back'), decided('y', 'ship')])).toMatch(/^Ship c in y: .*; 1 more experiment can be decided$/);
  });

  it('says that nothing can be shipped, and waits for answers before it says so', () => {
    expect(verdictsWords([running('x')])).toBe('Nothing to ship yet: 1 experiment keeps running');
    expect(verdictsWords([running('x'), running('y')])).toBe('Nothing to ship yet: 2 experiments keep running');
    expect(verdictsWords([{ ...running('x'), isLoading: true }])).toBe('1 experiment');
    expect(verdictsWords([{ row: row('x', null), results: undefined, isLoading: false }])).toBe('1 experiment, none of them running');
  });

  it('says no more than how many there are while the results of one are missing: it may be the one to ship', () => {
    const unknown: Verdict = { row: row('x'), results: undefined, isLoading: false };
    expect(verdictsWords([unknown])).toBe('1 experiment');
    expect(verdictsWords([...Array.from({ length: 30 }, (_, i) => running(`x${i}`)), unknown])).toBe('31 experiments');
    expect(verdictsWords([unknown, { ...decided('y', 'cannot_tell'), row: row('y', 'stopped') }])).toBe('2 experiments');
    expect(verdictsWords([unknown, decided('y', 'ship')])).toMatch(/^Ship c in y/);
  });

  it('says of an experiment that it keeps running only when it runs and is to go on', () => {
    const ended: Verdict = { ...decided('x', 'cannot_tell'), row: row('x', 'stopped') };
    expect(verdictsWords([ended])).toBe('Nothing to ship: 1 experiment ended without a winner');
    expect(verdictsWords([decided('y', 'stop')])).toBe('Nothing to ship: 1 experiment has to be stopped');
    expect(verdictsWords([ended, decided('y', 'stop'), running('z')])).toBe(
      'Nothing to ship yet: 1 experiment keeps running, 1 experiment has to be stopped, 1 experiment ended without a winner',
    );
  });

  it('tells of each what to do, by what it is measured and since when', () => {
    expect(wordsOf(decided('x', 'ship'))).toBe('Ship c');
    expect(wordsOf({ row: row('x', null), results: undefined, isLoading: false })).toContain('Nobody has defined it');
    expect(aboutWords(row('x'))).toBe('purchase, since 1 Mar 2026');
    expect(aboutWords({ ...row('x', 'draft'), first_exposure_at: null })).toBe('purchase, nobody yet');
  });

  it('calls an experiment sound only without any alarm', () => {
    expect(isSound(aResult.health)).toBe(true);
    expect(isSound({ ...aResult.health, balance: { alarm: true } })).toBe(false);
    expect(isSound({ ...aResult.health, stray_exposures: { unknown_arm: 1, while_not_running: 0 } })).toBe(false);
    expect(sentence('the effect could be chance')).toBe('The effect could be chance.');
  });
});
