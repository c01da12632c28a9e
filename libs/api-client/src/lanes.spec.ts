import { setImmediate as turn } from 'node:timers/promises';
import { Lanes } from './lanes';
import { stableIds } from './stable-id';
import { retryAfterMs } from './answer';

describe('Lanes', () => {
  it('never runs more than its limit at a time, and loses nothing', async () => {
    const lanes = new Lanes(3);
    let running = 0;
    let most = 0;
    let done = 0;
    for (let n = 0; n < 20; n++) {
      await lanes.start(async () => {
        most = Math.max(most, ++running);
        await turn();
        running--;
        done++;
      });
    }
    await lanes.drain();
    expect({ most, done }).toEqual({ most: 3, done: 20 });
  });

  it('starts nothing after a failure, and tells it', async () => {
    const lanes = new Lanes(1);
    await lanes.start(() => Promise.reject(new Error('broken')));
    await turn();
    let started = false;
    await expect(
      lanes.start(async () => {
        started = true;
      }),
    ).rejects.toThrow('broken');
    expect(started).toBe(false);
    await expect(lanes.drain()).rejects.toThrow('broken');
  });
});

describe('stableIds', () => {
  it('gives equal parts equal ids of version 5, other parts and other names other ids', () => {
    const id = stableIds('a');
    expect(id('x', 1)).toBe(id('x', 1));
    expect(id('x', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set([id('a', 'bc'), id('ab', 'c'), id('abc'), id('1'), id(1), stableIds('b')('a', 'bc')]).size).toBe(6);
  });

  it('stays what it was: ids that are out must come again', () => {
    expect(stableIds('ratings rate')('row', 'x')).toBe('a9497f7d-f083-5a84-abdb-130699cedee4');
  });
});

describe('retryAfterMs', () => {
  it('reads seconds and HTTP dates', () => {
    expect(retryAfterMs('2', 0)).toBe(2000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 9000)).toBe(0);
    expect(retryAfterMs('soon', 0)).toBeUndefined();
    expect(retryAfterMs(null, 0)).toBeUndefined();
  });
});
