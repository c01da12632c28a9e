import type { AdmittedEvent, Outcome } from './admitted-event';
import type { GroupCommit } from './group-commit';
import type { Claim, InFlight } from './in-flight';

const IN_FLIGHT: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'event_in_flight',
    detail: 'Another body under this event id is being taken at this moment. Give each event its own id.',
  },
};

function outcomeAt(outcomes: readonly Outcome[], index: number): Outcome {
  const outcome = outcomes[index];
  if (!outcome) throw new Error('an event has no outcome');
  return outcome;
}

/** Where the outcome of an event comes from: its place in the parcel handed in here, or what is said of the event elsewhere. */
type Source = number | Promise<Outcome>;

/** Brings admitted events into the log, each id once, however many requests carry it at the same moment. */
export class Ingest {
  constructor(
    private readonly queue: Pick<GroupCommit<AdmittedEvent, Outcome>, 'submit'>,
    private readonly inFlight: InFlight,
  ) {}

  /** One outcome per event, in order. Rejects with `CommitRefusedError` when the log cannot take them now. */
  take(events: readonly AdmittedEvent[]): Promise<readonly Outcome[]> {
    // Ids made here meet nobody.
    return events.some((event) => event.idFromSender) ? this.takeOnce(events) : this.queue.submit(events);
  }

  private async takeOnce(events: readonly AdmittedEvent[]): Promise<readonly Outcome[]> {
    const fresh: AdmittedEvent[] = [];
    let settle: (outcomes: Promise<readonly Outcome[]>) => void = () => undefined;
    const parcel = new Promise<readonly Outcome[]>((resolve) => (settle = resolve));
    const sources = events.map((event) => this.sourceOf(event, fresh, parcel));
    const release = (): void => this.inFlight.release(fresh);
    parcel.then(release, release);
    settle(fresh.length > 0 ? this.queue.submit(fresh) : Promise.resolve([]));
    const [own, foreign] = await Promise.all([parcel, Promise.all(sources.filter((source) => typeof source === 'object'))]);
    let next = 0;
    return sources.map((source) => (typeof source === 'number' ? outcomeAt(own, source) : outcomeAt(foreign, next++)));
  }

  private sourceOf(event: AdmittedEvent, fresh: AdmittedEvent[], parcel: Promise<readonly Outcome[]>): Source {
    const claim: Claim = event.idFromSender ? this.inFlight.look(event) : { kind: 'free' };
    switch (claim.kind) {
      case 'conflict':
        return Promise.resolve(IN_FLIGHT);
      case 'same':
        return claim.outcomes.then((outcomes) => outcomeAt(outcomes, claim.index));
      case 'free': {
        const index = fresh.push(event) - 1;
        if (event.idFromSender) this.inFlight.hold(event, index, parcel);
        return index;
      }
    }
  }
}
