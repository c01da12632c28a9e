import type { History, LogEntry } from './history';
import { violationsOf } from './oracles';

const entry = (eventId: string, offset: number, topic = 'picly.action-tracked'): LogEntry => ({ eventId, topic, partition: 0, offset });
const at = (offset: number, topic = 'picly.action-tracked') => ({ topic, partition: 0, offset });
const effects = (actions: number) => ({ generationId: 'g', actions, ratings: 0, calls: 0 });

/** Three actions on one generation, everything as it should be. */
const sound: History = {
  acknowledged: new Map([
    ['a', at(5)],
    ['b', at(6)],
    ['c', at(7)],
  ]),
  sequences: [['a', 'b', 'c']],
  log: [entry('a', 5), entry('b', 6), entry('c', 7)],
  views: [{ view: 'prompt-analytics', topics: ['picly.action-tracked'], folded: ['a', 'c'], parked: ['b'] }],
  expected: [effects(2)],
  found: [effects(2)],
  forsaken: [],
  told: [],
};
const oraclesOf = (history: History): string[] => violationsOf(history).map(({ oracle }) => oracle);
const [view] = sound.views;

describe('the oracles of the fault suite', () => {
  test('find nothing in a sound history', () => {
    expect(violationsOf(sound)).toEqual([]);
  });

  test('find nothing wrong with an event that stands twice in the log and is folded once', () => {
    expect(violationsOf({ ...sound, log: [...sound.log, entry('a', 8)] })).toEqual([]);
  });

  test('find nothing wrong with an event behind a hole that no view folds', () => {
    expect(violationsOf({ ...sound, log: [...sound.log, entry('d', 8)], forsaken: ['d'] })).toEqual([]);
  });

  test.each<[string, Partial<History>, string[]]>([
    ['an acknowledged event that the log has not', { acknowledged: new Map([['d', at(9)]]) }, ['lost', 'misplaced']],
    ['a position that holds another event', { acknowledged: new Map([['a', at(6)]]) }, ['misplaced']],
    ['a hole in a partition', { log: [entry('a', 5), entry('b', 6), entry('c', 8)], acknowledged: new Map() }, ['gaps']],
    [
      'a place that was written twice',
      { log: [entry('a', 5), entry('b', 6), entry('c', 6)], acknowledged: new Map() },
      ['gaps', 'inversions'],
    ],
    ['an order of sending that the log does not have', { sequences: [['b', 'a']] }, ['inversions']],
    ['an event that a view has neither folded nor parked', { views: [{ ...view!, folded: ['a'] }] }, ['unaccounted']],
    ['an event that a view has folded and parked', { views: [{ ...view!, folded: ['a', 'b', 'c'] }] }, ['invented']],
    ['an event that was folded behind a hole', { forsaken: ['c'] }, ['invented']],
    ['an event folded from nowhere', { views: [{ ...view!, folded: ['a', 'c', 'x'] }] }, ['invented']],
    ['an event folded twice', { views: [{ ...view!, folded: ['a', 'c', 'c'] }] }, ['invented']],
    ['a figure that counts once too often', { found: [effects(3)] }, ['miscounted']],
    ['what the fault itself found broken', { told: ['the rebuild failed'] }, ['unkept']],
    ['a generation that no figure knows', { found: [] }, ['miscounted']],
  ])('find %s', (_what, change, oracles) => {
    expect(oraclesOf({ ...sound, ...change })).toEqual(oracles);
  });
});
