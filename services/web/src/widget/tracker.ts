import type { EventQueue, WidgetEvent } from './delivery/event-queue';
import type { Sender } from './delivery/sender';
import type { Privacy } from './privacy';
import type { Session } from './session';
import { uuid } from './uuid';

export interface TrackerDeps {
  readonly queue: EventQueue;
  readonly sender: Pick<Sender, 'kick' | 'leave'>;
  readonly privacy: Privacy;
  readonly session: Session;
  readonly user: () => string | undefined;
}

/** Waiting for consent: little enough to keep in memory. */
const MOST_HELD = 100;

/** Turns what happens into events and sees to it that they are kept, or, without consent, that they are not. */
export class Tracker {
  private held: WidgetEvent[] = [];

  constructor(private readonly deps: TrackerDeps) {}

  /** Keeps an event until it is acknowledged. Answers its id; undefined when this visitor has opted out. */
  track(type: WidgetEvent['type'], fields: Readonly<Record<string, unknown>>): string | undefined {
    const { privacy, session, queue, sender } = this.deps;
    if (privacy.hasOptedOut()) return undefined;
    const user = this.deps.user();
    const event: WidgetEvent = {
      type,
      event_id: uuid(),
      occurred_at: new Date().toISOString(),
      ...(user !== undefined && { user_id: user }),
      session_id: session.touch().id,
      ...fields,
    };
    if (!privacy.maySend()) {
      // What a person does deliberately can still be sent when they consent on this page.
      if (type !== 'behavior' && this.held.length < MOST_HELD) this.held.push(event);
      return event.event_id;
    }
    queue.add(event);
    void sender.kick();
    return event.event_id;
  }

  consent(granted: boolean): void {
    const { privacy, queue, sender } = this.deps;
    privacy.grant(granted);
    const held = this.held.splice(0);
    if (!granted) return this.deleteStored();
    for (const event of held) queue.add(event);
    void sender.kick();
  }

  optOut(out: boolean): void {
    this.deps.privacy.optOut(out);
    if (!out) return;
    this.held = [];
    this.deleteStored();
  }

  private deleteStored(): void {
    this.deps.queue.clear();
    this.deps.session.forget();
  }
}
