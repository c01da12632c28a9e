import type { AdmittedEvent, Outcome } from './admitted-event';
import type { GroupCommit } from './group-commit';
import type { InFlight } from './in-flight';

const IN_FLIGHT: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'event_in_flight',
    detail: 'Another body under this event id is being taken at this moment. Give each event its own id.',
  },
};

function resultAt(results: readonly Outcome[], index: number): Outcome {
  const result = results[index];
  if (!result) throw new Error('an event has no outcome');
  return result;
}

/** Brings admitted events into the log, each id once, however many requests carry it at the same moment. */
export class Ingest {
  constructor(
    private readonly queue: Pick<GroupCommit<AdmittedEvent, Outcome>, 'submit'>,
    private readonly inFlight: InFlight,
  ) {}

  /** One outcome per event, in order. Rejects with `CommitRefusedError` when the log cannot take them now. */
  async take(events: readonly AdmittedEvent[]): Promise<readonly Outcome[]> {
    const fresh: AdmittedEvent[] = [];
    let settle: (results: Promise<readonly Outcome[]>) => void = () => undefined;
    const parcel = new Promise<readonly Outcome[]>((resolve) => (settle = resolve));
    const outcomes = events.map((event): Promise<Outcome> => {
      const claim = event.idFromSender ? this.inFlight.look(event) : undefined;
      if (claim?.kind === 'conflict') return Promise.resolve(IN_FLIGHT);
      if (claim?.kind === 'same') return claim.outcome;
      const index = fresh.push(event) - 1;
      const outcome = parcel.then((results) => resultAt(results, index));
      if (event.idFromSender) this.inFlight.hold(event, outcome);
      return outcome;
    });
    if (fresh.length > 0) settle(this.queue.submit(fresh));
    return Promise.all(outcomes);
  }
}
