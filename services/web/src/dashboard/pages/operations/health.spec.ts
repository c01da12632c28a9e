import { healthOf } from './health';
import type { Job, PartitionStatus, ViewStatus } from './rows';

const view = (some: Partial<ViewStatus>): ViewStatus => ({
  projection: 'prompt-analytics',
  version: 1,
  active: true,
  events_folded: 10,
  duplicates: 0,
  dead_letters: 0,
  lag_events: 0,
  events_per_second: null,
  event_time: null,
  partitions: [],
  ...some,
});

describe('whether every number is current', () => {
  it('is, when every active view has folded everything', () => {
    expect(healthOf([view({}), view({ active: false, lag_events: 99 })], [])).toMatchObject({
      text: 'All 1 views current, no dead letters',
      isGood: true,
    });
  });

  it('is not, while a view is behind', () => {
    expect(healthOf([view({ lag_events: 7 }), view({})], [])).toMatchObject({
      text: '1 view of 2 behind, by 7 events at most, no dead letters',
      isGood: false,
    });
  });

  it('is not known while the log does not answer', () => {
    expect(healthOf([view({ lag_events: null })], []).text).toContain('not known');
  });

  it('is not, when a partition is halted or a letter is dead', () => {
    const halted = { last_error: 'x', lag: 3 } as PartitionStatus;
    expect(healthOf([view({ partitions: [halted] })], []).text).toContain('1 partition halted');
    expect(healthOf([view({ dead_letters: 2 })], [])).toMatchObject({ text: 'All 1 views current, 2 dead letters', isGood: false });
  });

  it('names the last comparison and its outcome', () => {
    const job = (id: number, differences: number): Job =>
      ({
        id,
        projection: 'engagement',
        state: 'done',
        comparison: { differences },
        requested_at: '2026-03-01T02:00:00.000Z',
        finished_at: '2026-03-01T02:00:09.000Z',
      }) as Job;
    expect(healthOf([view({})], [job(1, 0), job(2, 3)]).so).toBe(
      'Last comparison with the log: engagement, 2026-03-01 02:00 UTC, 3 rows differ.',
    );
  });
});
