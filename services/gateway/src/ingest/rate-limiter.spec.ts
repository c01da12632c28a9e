import { RateLimiter } from './rate-limiter';

describe('the rate limit of a sender', () => {
  const limiterAt = (maxSenders = 10): { limiter: RateLimiter; clock: { ms: number } } => {
    const clock = { ms: 0 };
    return { limiter: new RateLimiter({ maxSenders, now: () => clock.ms }), clock };
  };

  test('takes the whole minute at once, then refuses and says when to come again', () => {
    const { limiter, clock } = limiterAt();
    for (let n = 0; n < 60; n++) expect(limiter.take('a', 1, 60)).toBe(0);
    expect(limiter.take('a', 1, 60)).toBe(1);
    clock.ms = 1_000;
    expect(limiter.take('a', 1, 60)).toBe(0);
  });

  test('a batch may cost more than there is and is paid for by waiting', () => {
    const { limiter, clock } = limiterAt();
    expect(limiter.take('a', 100, 60)).toBe(0);
    expect(limiter.take('a', 1, 60)).toBe(41);
    clock.ms = 41_000;
    expect(limiter.take('a', 1, 60)).toBe(0);
  });

  test('senders do not pay for each other', () => {
    const { limiter } = limiterAt();
    limiter.take('a', 100, 60);
    expect(limiter.take('b', 1, 60)).toBe(0);
  });

  test('being refused costs nothing, and an idle sender never has more than a minute in hand', () => {
    const { limiter, clock } = limiterAt();
    limiter.take('a', 60, 60);
    for (let n = 0; n < 100; n++) limiter.take('a', 1, 60);
    clock.ms = 1_000;
    expect(limiter.take('a', 1, 60)).toBe(0);
    clock.ms = 3_600_000;
    expect(limiter.take('a', 61, 60)).toBe(0);
    expect(limiter.take('a', 1, 60)).toBeGreaterThan(0);
  });

  test('remembers a bounded number of senders, the latest', () => {
    const { limiter } = limiterAt(2);
    limiter.take('a', 100, 60);
    limiter.take('b', 100, 60);
    limiter.take('a', 1, 60);
    limiter.take('c', 1, 60);
    expect(limiter.take('a', 1, 60)).toBeGreaterThan(0);
    expect(limiter.take('b', 1, 60)).toBe(0);
  });
});
