import { Cached } from './cached';

class Bench {
  ms = 0;
  loads = 0;
  isDown = false;
  readonly cached = new Cached(
    (key) => {
      this.loads++;
      return this.isDown ? Promise.reject(new Error('down')) : Promise.resolve(`${key}${this.loads}`);
    },
    { maxAgeMs: 10, maxAgeInTroubleMs: 100, maxEntries: 2, now: () => this.ms },
  );
}

describe('a cached answer', () => {
  test('is shared by all who ask at the same time and asked anew when it is old', async () => {
    const bench = new Bench();
    expect(await Promise.all([bench.cached.get('a'), bench.cached.get('a')])).toEqual(['a1', 'a1']);
    bench.ms = 10;
    expect(await bench.cached.get('a')).toBe('a2');
  });

  test('is there at once, without a promise, while it is fresh', async () => {
    const bench = new Bench();
    await bench.cached.get('a');
    expect(bench.cached.get('a')).toBe('a1');
  });

  test('is not remembered when everything was forgotten while it was asked for', async () => {
    const bench = new Bench();
    const asked = bench.cached.get('a');
    bench.cached.clear();
    await asked;
    expect(await bench.cached.get('a')).toBe('a2');
  });

  test('outlives its age while there is no newer one, but not for ever', async () => {
    const bench = new Bench();
    await bench.cached.get('a');
    bench.isDown = true;
    for (bench.ms = 10; bench.ms < 100; bench.ms += 30) expect(await bench.cached.get('a')).toBe('a1');
    bench.ms = 110;
    await expect(bench.cached.get('a')).rejects.toThrow('down');
  });

  test('a failure is not remembered', async () => {
    const bench = new Bench();
    bench.isDown = true;
    await expect(bench.cached.get('a')).rejects.toThrow('down');
    bench.isDown = false;
    expect(await bench.cached.get('a')).toBe('a2');
  });

  test('only so many are kept', async () => {
    const bench = new Bench();
    for (const key of ['a', 'b', 'c', 'a']) await bench.cached.get(key);
    expect(bench.loads).toBe(4);
  });
});
