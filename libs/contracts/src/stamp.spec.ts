import fc from 'fast-check';
import { EVENTS } from './catalogue';
import { resolveTimes, storedData } from './stamp';

const RECEIVED = Date.UTC(2026, 5, 1, 12);
const at = (ms: number): string => new Date(ms).toISOString();

describe('when an event happened', () => {
  test('is the time of receipt when the sender says nothing', () => {
    expect(resolveTimes({}, RECEIVED)).toEqual({ occurredAt: RECEIVED, receivedAt: RECEIVED });
  });

  test('does not depend on how wrong the clock of the sender is, when it says when it sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: -800_000_000_000, max: 800_000_000_000 }), fc.integer({ min: 0, max: 86_400_000 }), (skewMs, agoMs) => {
        const sent = RECEIVED + skewMs;
        expect(resolveTimes({ occurred_at: at(sent - agoMs), sent_at: at(sent) }, RECEIVED)).toMatchObject({
          occurredAt: RECEIVED - agoMs,
          sentAt: sent,
          happenedAt: sent - agoMs,
        });
      }),
    );
  });

  test('is never after the receipt, and both raw values are kept', () => {
    expect(resolveTimes({ occurred_at: at(RECEIVED + 60_000) }, RECEIVED)).toEqual({
      occurredAt: RECEIVED,
      receivedAt: RECEIVED,
      happenedAt: RECEIVED + 60_000,
    });
  });

  test('may not be in the future', () => {
    expect(resolveTimes({ occurred_at: at(RECEIVED + 301_000) }, RECEIVED)).toMatchObject({
      pointer: '/occurred_at',
      code: 'in_the_future',
    });
  });

  test('may not be after the sending', () => {
    expect(resolveTimes({ occurred_at: at(RECEIVED), sent_at: at(RECEIVED - 1) }, RECEIVED)).toMatchObject({
      pointer: '/occurred_at',
      code: 'after_sent_at',
    });
  });

  test('may not fall before the year 2000 by the difference of both times', () => {
    expect(resolveTimes({ occurred_at: '2001-01-01T00:00:00Z', sent_at: '2999-01-01T00:00:00Z' }, RECEIVED)).toMatchObject({
      pointer: '/occurred_at',
      code: 'too_long_ago',
    });
  });
});

describe('the stored data of a body', () => {
  test('has amounts in whole micro-units and durations in whole milliseconds, and no field of the envelope', () => {
    const body = {
      event_id: 'x',
      occurred_at: 'x',
      sent_at: 'x',
      engine: 'dalle3',
      success: true,
      response_time: 3.5,
      cost: 0.08,
      revenue: 0.096,
    };
    expect(storedData(EVENTS['engine-call-measured'], body)).toEqual({
      engine: 'dalle3',
      success: true,
      response_time_ms: 3500,
      cost_micros: 80_000,
      revenue_micros: 96_000,
    });
  });

  test('amounts are rounded to the nearest micro-unit, never cut', () => {
    const body = { engine: 'e', success: true, response_time: 0.0005, cost: 1.000_000_6, revenue: 0.1 + 0.2 };
    expect(storedData(EVENTS['engine-call-measured'], body)).toMatchObject({
      cost_micros: 1_000_001,
      revenue_micros: 300_000,
      response_time_ms: 1,
    });
  });
});
