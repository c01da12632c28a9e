import { within } from '../within';
import type { WidgetEvent } from './event-queue';

/** Where events go, and with which key. */
export interface Destination {
  /** Origin of the analytics system, without a slash at the end. */
  readonly endpoint: string;
  /** A browser key; none where the system has no keys. */
  readonly key: string | undefined;
}

/** What became of a batch: ids that need no more care, and when to come again for the rest. */
export interface Delivery {
  readonly settled: readonly string[];
  /** Undefined: at once, if anything is left. */
  readonly waitMs?: number;
  readonly refused?: readonly string[];
}

interface BatchAnswer {
  readonly results?: readonly { readonly status?: string; readonly errors?: readonly { readonly message?: string }[] }[];
}

const PATH = '/api/analytics/batch';
const PATIENCE_MS = 15_000;
/** A key that was revoked or bound elsewhere may be mended, but not in seconds. */
const FORBIDDEN_WAIT_MS = 60_000;
/** Browsers allow 64 KiB for everything that is still under way when a page goes. */
const BEACON_BYTES = 60_000;

const bodyOf = (events: readonly WidgetEvent[]): string => {
  const sentAt = new Date().toISOString();
  return JSON.stringify({ events: events.map((event) => ({ ...event, sent_at: sentAt })) });
};

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after'));
  return seconds > 0 ? seconds * 1_000 : undefined;
}

function settledBy(events: readonly WidgetEvent[], answer: BatchAnswer): Delivery {
  const refused = (answer.results ?? []).flatMap(({ status, errors }, n) =>
    status === 'rejected' ? [`${events[n]?.type ?? ''}: ${errors?.[0]?.message ?? 'refused'}`] : [],
  );
  return { settled: events.map((event) => event.event_id), refused };
}

const later = (waitMs?: number): Delivery => ({ settled: [], waitMs: waitMs ?? -1 });

/** Sends batches and understands the answers. `waitMs` -1 leaves the wait to the caller. */
export class Transport {
  constructor(private readonly destination: Destination) {}

  async send(events: readonly WidgetEvent[]): Promise<Delivery> {
    const response = await this.post(bodyOf(events));
    if (!response) return later();
    if (response.status === 202) return settledBy(events, (await response.json().catch(() => ({}))) as BatchAnswer);
    if (response.status === 401 || response.status === 403) return later(FORBIDDEN_WAIT_MS);
    if (response.status === 429 || response.status >= 500) return later(retryAfterMs(response));
    if (events.length > 1) return this.oneByOne(events);
    return { settled: events.map((event) => event.event_id), refused: [`${events[0]?.type ?? ''}: status ${response.status}`] };
  }

  /** Hands events to the browser while the page goes. Nothing is settled by it: nobody tells whether they arrived. */
  beacon(events: readonly WidgetEvent[]): void {
    const { endpoint, key } = this.destination;
    const url = `${endpoint}${PATH}${key === undefined ? '' : `?key=${encodeURIComponent(key)}`}`;
    const carried = fitting(events);
    // Refused when other beacons have used up the room: half of them may still find some.
    if (!navigator.sendBeacon(url, new Blob([bodyOf(carried)], { type: 'text/plain' })) && carried.length > 1) {
      navigator.sendBeacon(url, new Blob([bodyOf(carried.slice(0, carried.length / 2))], { type: 'text/plain' }));
    }
  }

  /** A batch that is refused as a whole must not take the good ones with it. */
  private async oneByOne(events: readonly WidgetEvent[]): Promise<Delivery> {
    const settled: string[] = [];
    const refused: string[] = [];
    for (const event of events) {
      const one = await this.send([event]);
      settled.push(...one.settled);
      refused.push(...(one.refused ?? []));
      if (one.waitMs !== undefined) return { settled, refused, waitMs: one.waitMs };
    }
    return { settled, refused };
  }

  private async post(body: string): Promise<Response | undefined> {
    const { endpoint, key } = this.destination;
    const headers = { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) };
    const request = { method: 'POST', headers, body, credentials: 'omit', mode: 'cors' } as const;
    return within(PATIENCE_MS, (signal) => fetch(endpoint + PATH, { ...request, signal })).catch(() => undefined);
  }
}

/** As many as a beacon can carry, the oldest first; one that is too large alone stays for the next visit. */
export function fitting(events: readonly WidgetEvent[], most = BEACON_BYTES): WidgetEvent[] {
  let total = 32;
  return events.filter((event) => {
    const bytes = new Blob([JSON.stringify(event)]).size + 64;
    if (total + bytes > most) return false;
    total += bytes;
    return true;
  });
}
