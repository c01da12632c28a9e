import RequestQueue from 'kafkajs/src/network/requestQueue';
import { patchIdleTimer } from './idle-timer.patch';

describe('the idle timer of kafkajs', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const queue = (): RequestQueue => {
    const logger = { debug: () => undefined };
    return new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'c',
      broker: 'b',
      logger,
    });
  };

  it('is not armed while nothing is pending (kafkajs alone re-arms it every millisecond)', () => {
    const unpatched = queue();
    const before = timers();
    unpatched.checkPendingRequests();
    expect(timers()).toBe(before + 1);
    unpatched.destroy();

    patchIdleTimer();
    const idle = queue();
    idle.checkPendingRequests();
    expect(timers()).toBe(before);
  });

  it('is armed while the broker throttles us or requests are pending', () => {
    patchIdleTimer();
    const before = timers();
    const throttled = queue();
    throttled.maybeThrottle(50);
    throttled.checkPendingRequests();
    expect(timers()).toBe(before + 1);
    throttled.destroy();
  });
});
