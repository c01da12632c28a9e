import fc from 'fast-check';
import { SafeStore, type Area } from '../text-store';
import { EventQueue, type WidgetEvent } from './event-queue';
import { byLease } from './lead';
import { Sender, type SenderDeps } from './sender';
import { fitting, type Delivery } from './transport';

const event = (n: number, type: WidgetEvent['type'] = 'rate'): WidgetEvent => ({
  type,
  event_id: `event-${n}`,
  occurred_at: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString(),
});
const ids = (events: readonly WidgetEvent[]): string[] => events.map((one) => one.event_id);

/** Web Storage with room for so many entries. */
class Room implements Area {
  readonly entries = new Map<string, string>();
  constructor(private readonly most = Number.POSITIVE_INFINITY) {}
  get length(): number {
    return this.entries.size;
  }
  key = (index: number): string | null => [...this.entries.keys()][index] ?? null;
  getItem = (name: string): string | null => this.entries.get(name) ?? null;
  removeItem = (name: string): void => void this.entries.delete(name);
  setItem = (name: string, value: string): void => {
    if (this.entries.size >= this.most && !this.entries.has(name)) throw new Error('QuotaExceededError');
    this.entries.set(name, value);
  };
}

describe('events that wait', () => {
  test('are found again after a reload, the oldest first', () => {
    const room = new Room();
    const queue = new EventQueue(new SafeStore(room));
    for (const n of [3, 1, 2]) queue.add(event(n));
    expect(ids(new EventQueue(new SafeStore(room)).waiting())).toEqual(['event-1', 'event-2', 'event-3']);
  });

  test('are kept for the page when storage is full or forbidden', () => {
    for (const area of [new Room(1), undefined]) {
      const queue = new EventQueue(new SafeStore(area));
      for (const n of [1, 2, 3]) queue.add(event(n));
      expect(ids(queue.waiting())).toEqual(['event-1', 'event-2', 'event-3']);
      queue.remove(['event-2']);
      expect(ids(queue.waiting())).toEqual(['event-1', 'event-3']);
    }
  });

  test('that are too many give up the oldest behavior before any rating', () => {
    const queue = new EventQueue(new SafeStore(new Room()), 3);
    queue.add(event(1));
    queue.add(event(2, 'behavior'));
    queue.add(event(3));
    queue.add(event(4, 'behavior'));
    queue.add(event(5));
    expect(ids(queue.waiting())).toEqual(['event-1', 'event-3', 'event-5']);
  });

  test('that somebody else broke are cleared away', () => {
    const room = new Room();
    room.setItem('picly.event.x', '{"half');
    expect(new EventQueue(new SafeStore(room)).waiting()).toEqual([]);
    expect(room.length).toBe(0);
  });
});

describe('sending', () => {
  function sending(answers: (events: readonly WidgetEvent[]) => Delivery, overrides: Partial<SenderDeps> = {}) {
    const queue = new EventQueue(new SafeStore(new Room()));
    const waits: number[] = [];
    const timers: (() => void)[] = [];
    const sent: string[][] = [];
    const sender = new Sender({
      queue,
      transport: {
        send: async (events) => {
          sent.push(ids(events));
          return answers(events);
        },
        beacon: () => undefined,
      },
      lead: async (work) => {
        await work();
        return true;
      },
      warn: () => undefined,
      later: (work, ms) => {
        waits.push(ms);
        timers.push(work);
        return () => undefined;
      },
      ...overrides,
    });
    return { queue, sender, waits, timers, sent };
  }
  const all = (events: readonly WidgetEvent[]): Delivery => ({ settled: ids(events) });

  test('goes on until nothing waits, in batches', async () => {
    const { queue, sender, sent } = sending(all);
    for (let n = 0; n < 250; n++) queue.add(event(n));
    await sender.kick();
    expect(sent.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(queue.waiting()).toEqual([]);
  });

  test('keeps what was not settled, waits as long as the server says, and longer each time it says nothing', async () => {
    const replies: Delivery[] = [
      { settled: [], waitMs: 7_000 },
      { settled: [], waitMs: -1 },
      { settled: [], waitMs: -1 },
    ];
    const { queue, sender, waits, timers } = sending((events) => replies.shift() ?? all(events));
    queue.add(event(1));
    await sender.kick();
    for (let n = 0; n < 3; n++) {
      timers[n]?.();
      await new Promise(setImmediate);
    }
    expect(waits[0]).toBe(7_000);
    expect(waits[1]).toBeGreaterThanOrEqual(500);
    expect(waits[2]).toBeGreaterThanOrEqual(1_000);
    expect(queue.waiting()).toEqual([]);
  });

  test('of a tab that does not lead comes back to see whether its events are gone', async () => {
    const { queue, sender, waits, sent } = sending(all, { lead: async () => false });
    await sender.kick();
    expect(waits).toEqual([]);
    queue.add(event(1));
    await sender.kick();
    expect(sent).toEqual([]);
    expect(waits).toHaveLength(1);
  });

  test('is done by one tab at a time, and by another once the lease of a dead one has run out', async () => {
    const store = new SafeStore(new Room());
    let now = 0;
    const [one, two] = [byLease(store, () => now), byLease(store, () => now)];
    let others = 0;
    await one(async () => {
      if (await two(async () => undefined)) others++;
    });
    expect(others).toBe(0);
    expect(await two(async () => undefined)).toBe(true);
    store.set('picly.lead', `dead ${now + 20_000}`);
    expect(await two(async () => undefined)).toBe(false);
    now += 20_001;
    expect(await two(async () => undefined)).toBe(true);
  });

  test('while the page goes never asks a beacon to carry more than browsers allow', () => {
    const feedbacks = fc.array(fc.string({ maxLength: 30_000, unit: 'grapheme' }), { maxLength: 8 });
    fc.assert(
      fc.property(feedbacks, (texts) => {
        const events = texts.map((feedback, n) => ({ ...event(n), feedback, sent_at: '2026-01-01T00:00:00.000Z' }));
        const carried = fitting(events);
        expect(new TextEncoder().encode(JSON.stringify({ events: carried })).length).toBeLessThanOrEqual(60_000);
        expect(ids(events).filter((id) => ids(carried).includes(id))).toEqual(ids(carried));
      }),
      { numRuns: 30 },
    );
  });
});
