import type { EventPosition } from '@picly/contracts';

export interface Accepted {
  readonly type: string;
  readonly position: EventPosition;
  readonly fingerprint: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
}

/** The latest events this process appended: bridges the moment until the receipts view has folded them. */
export class RecentlyAccepted {
  private readonly byId = new Map<string, Accepted>();
  // The order of arrival is kept apart: asking a Map for its oldest key walks over everything deleted before it.
  private readonly ids: string[] = [];
  private next = 0;

  constructor(private readonly limit: number) {}

  get(eventId: string): Accepted | undefined {
    return this.byId.get(eventId);
  }

  put(eventId: string, accepted: Accepted): void {
    const oldest = this.ids[this.next];
    if (oldest !== undefined) this.byId.delete(oldest);
    this.ids[this.next] = eventId;
    this.next = (this.next + 1) % this.limit;
    this.byId.set(eventId, accepted);
  }
}
