import { encodePosition, EVENTS, isEventType, type EventPosition } from '@picly/contracts';
import type { FoldedBy, ViewFreshness } from '@picly/projections';
import type { DeadLettersQueries } from '../../admin/dead-letters.queries';
import type { RecentlyAccepted } from '../../ingest/recently-accepted';
import type { ReceiptsQueries } from './receipts.queries';

export interface ReceiptAnswer {
  readonly event_id: string;
  /** The name of its call; absent for an event that could not even be read. */
  readonly type?: string;
  readonly event_type?: string;
  /** `dead_lettered`: some view could not fold it, or leaves it out since it was discarded; `accepted`: some view has yet to. */
  readonly status: 'accepted' | 'folded' | 'dead_lettered';
  readonly accepted_at?: string;
  readonly occurred_at?: string;
  /** For X-Picly-After. */
  readonly position: string;
  readonly log: EventPosition;
  /** What became of it in each view that is made of such events. */
  readonly views: readonly FoldedBy[];
}

interface Sources {
  readonly receipts: Pick<ReceiptsQueries, 'find'>;
  readonly recent: RecentlyAccepted;
  readonly deadLetters: Pick<DeadLettersQueries, 'list'>;
  readonly freshness: Pick<ViewFreshness, 'foldedBy'>;
}

interface Known {
  readonly position: EventPosition;
  readonly event_type?: string;
  readonly accepted_at?: string;
  readonly occurred_at?: string;
}

function statusOf(views: readonly FoldedBy[]): ReceiptAnswer['status'] {
  if (views.some(({ state }) => state === 'parked' || state === 'discarded')) return 'dead_lettered';
  return views.every((view) => view.state === 'folded') ? 'folded' : 'accepted';
}

/** Looks an event up wherever it may be known: its receipt, this process' memory, the dead letters. */
export class ReceiptLookup {
  constructor(private readonly sources: Sources) {}

  async find(eventId: string): Promise<ReceiptAnswer | undefined> {
    const known = (await this.inReceipts(eventId)) ?? this.inMemory(eventId) ?? (await this.inDeadLetters(eventId));
    if (!known) return undefined;
    const views = await this.sources.freshness.foldedBy(known.position);
    const { position, ...rest } = known;
    const type = known.event_type !== undefined && isEventType(known.event_type) ? EVENTS[known.event_type].http.name : undefined;
    return {
      event_id: eventId,
      ...(type !== undefined && { type }),
      ...rest,
      status: statusOf(views),
      position: encodePosition([position]),
      log: position,
      views,
    };
  }

  private async inReceipts(eventId: string): Promise<Known | undefined> {
    const receipt = (await this.sources.receipts.find([eventId])).get(eventId);
    if (!receipt) return undefined;
    return {
      position: receipt.position,
      event_type: receipt.event_type,
      accepted_at: receipt.received_at,
      occurred_at: receipt.occurred_at,
    };
  }

  private inMemory(eventId: string): Known | undefined {
    const accepted = this.sources.recent.get(eventId);
    if (!accepted) return undefined;
    const { type, position, receivedAt, occurredAt } = accepted;
    return { position, event_type: type, accepted_at: new Date(receivedAt).toISOString(), occurred_at: new Date(occurredAt).toISOString() };
  }

  private async inDeadLetters(eventId: string): Promise<Known | undefined> {
    const [letter] = await this.sources.deadLetters.list({ event_id: eventId, limit: 1 });
    return letter && { position: { topic: letter.topic, partition: letter.partition, offset: letter.offset } };
  }
}
