import { raterOf, type DecodedEvent } from '@picly/contracts';

/** What a person can be seen doing, in the order of the bits of `kinds`. A profile told by the backend is no activity. */
export const ACTIVITY_KINDS = [
  'behavior-tracked',
  'rating-submitted',
  'action-tracked',
  'generation-completed',
  'experiment-exposed',
  'conversion-tracked',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** The one definition of an active person; every figure about active people says and uses it. */
export const ACTIVE =
  'A person is active in a day when at least one behavior, rating, action, generation, exposure or conversion of theirs happened in it ' +
  '(by the time it happened, in the asked time zone). A person is a user id; a visit without one counts as the user who was first seen in it, ' +
  'else as a person of its own. wau and mau count people active in the 7 and 30 days that end with the day.';

export type PersonEvent = DecodedEvent<ActivityKind | 'user-profiled'>;
type Activity = DecodedEvent<ActivityKind>;

const SLOT_MS = 15 * 60_000;
const slotOf = (at: number): number => Math.floor(at / SLOT_MS) * SLOT_MS;
const bitOf = (kind: ActivityKind): number => 1 << ACTIVITY_KINDS.indexOf(kind);

interface SlotActivity {
  readonly slot: number;
  readonly person: string;
  kinds: number;
  events: number;
}

interface Presence {
  readonly person: string;
  firstAt: number;
  lastAt: number;
  events: number;
}

/** A visit in which a user was seen. */
interface Owner {
  readonly session: string;
  readonly owner: string;
  readonly seenAt: number;
}

/** Who was active when, of a batch. */
export interface ActivityNews {
  readonly slots: readonly SlotActivity[];
  readonly people: readonly Presence[];
  readonly owners: readonly Owner[];
  /** The first time each user was seen in each visit. */
  readonly seen: readonly Owner[];
}

/** The earliest user seen in a visit owns it; the smaller name where two are seen at once. */
function earlier(a: Owner | undefined, b: Owner): Owner {
  return a !== undefined && (a.seenAt < b.seenAt || (a.seenAt === b.seenAt && a.owner <= b.owner)) ? a : b;
}

function ownerOf(event: Activity, person: string): Owner | undefined {
  const { user_id: user, session_id: session } = event.data;
  if (user === undefined || session === undefined) return undefined;
  return { session: `session:${session}`, owner: person, seenAt: event.occurredAt };
}

function present(people: Map<string, Presence>, person: string, at: number): void {
  let presence = people.get(person);
  if (!presence) people.set(person, (presence = { person, firstAt: at, lastAt: at, events: 0 }));
  presence.firstAt = Math.min(presence.firstAt, at);
  presence.lastAt = Math.max(presence.lastAt, at);
  presence.events += 1;
}

/** Sums a batch by person and quarter hour; events of nobody in particular are left out. */
export function activityOf(events: readonly PersonEvent[]): ActivityNews {
  const slots = new Map<string, SlotActivity>();
  const people = new Map<string, Presence>();
  const owners = new Map<string, Owner>();
  const seen = new Map<string, Owner>();
  for (const event of events) {
    const person = raterOf(event);
    if (event.type === 'user-profiled' || person === '') continue;
    const slot = slotOf(event.occurredAt);
    const name = `${slot} ${person}`;
    let activity = slots.get(name);
    if (!activity) slots.set(name, (activity = { slot, person, kinds: 0, events: 0 }));
    activity.kinds |= bitOf(event.type);
    activity.events += 1;
    present(people, person, event.occurredAt);
    const owner = ownerOf(event, person);
    if (!owner) continue;
    owners.set(owner.session, earlier(owners.get(owner.session), owner));
    const pair = JSON.stringify([owner.session, person]);
    seen.set(pair, earlier(seen.get(pair), owner));
  }
  return { slots: [...slots.values()], people: [...people.values()], owners: [...owners.values()], seen: [...seen.values()] };
}
