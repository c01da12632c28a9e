import type { AdmittedEvent, Outcome } from './admitted-event';

/** The outcomes of one parcel, and which of them is meant. */
interface UnderWay {
  readonly canonical: string;
  readonly outcomes: Promise<readonly Outcome[]>;
  readonly index: number;
}

export type Claim =
  | { readonly kind: 'free' }
  /** The same event is under way already: its outcome is this one's too. */
  | { readonly kind: 'same'; readonly outcomes: Promise<readonly Outcome[]>; readonly index: number }
  /** Another body under the same id is under way. */
  | { readonly kind: 'conflict' };

const FREE: Claim = { kind: 'free' };
const CONFLICT: Claim = { kind: 'conflict' };

/** The events between admission and answer in this process, by id; only ids that senders chose can meet here. */
export class InFlight {
  private readonly underWay = new Map<string, UnderWay>();

  get size(): number {
    return this.underWay.size;
  }

  look(event: AdmittedEvent): Claim {
    const other = this.underWay.get(event.id);
    if (!other) return FREE;
    return other.canonical === event.canonical ? { kind: 'same', outcomes: other.outcomes, index: other.index } : CONFLICT;
  }

  /** Holds the id of an event that is number `index` of a parcel, until `release`. */
  hold(event: AdmittedEvent, index: number, outcomes: Promise<readonly Outcome[]>): void {
    this.underWay.set(event.id, { canonical: event.canonical, outcomes, index });
  }

  /** Lets go of the ids of a parcel, once its outcome is known, whichever it is. */
  release(events: readonly AdmittedEvent[]): void {
    for (const event of events) if (event.idFromSender) this.underWay.delete(event.id);
  }
}
