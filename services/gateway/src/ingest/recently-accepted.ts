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

  constructor(private readonly limit: number) {}

  get(eventId: string): Accepted | undefined {
    return this.byId.get(eventId);
  }

  put(eventId: string, accepted: Accepted): void {
    if (this.byId.size >= this.limit) this.byId.delete(this.byId.keys().next().value ?? '');
    this.byId.set(eventId, accepted);
  }
}
