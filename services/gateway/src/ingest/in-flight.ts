import type { AdmittedEvent, Outcome } from './admitted-event';

interface UnderWay {
  readonly canonical: string;
  readonly outcome: Promise<Outcome>;
}

export type Claim =
  | { readonly kind: 'free' }
  /** The same event is under way already: its outcome is this one's too. */
  | { readonly kind: 'same'; readonly outcome: Promise<Outcome> }
  /** Another body under the same id is under way. */
  | { readonly kind: 'conflict' };

/** The events between admission and answer in this process, by id; only ids that senders chose can meet here. */
export class InFlight {
  private readonly underWay = new Map<string, UnderWay>();

  get size(): number {
    return this.underWay.size;
  }

  look(event: AdmittedEvent): Claim {
    const other = this.underWay.get(event.id);
    if (!other) return { kind: 'free' };
    return other.canonical === event.canonical ? { kind: 'same', outcome: other.outcome } : { kind: 'conflict' };
  }

  /** Holds the id until the outcome is known, whichever it is. */
  hold(event: AdmittedEvent, outcome: Promise<Outcome>): void {
    const entry = { canonical: event.canonical, outcome };
    this.underWay.set(event.id, entry);
    const release = (): void => {
      if (this.underWay.get(event.id) === entry) this.underWay.delete(event.id);
    };
    outcome.then(release, release);
  }
}
