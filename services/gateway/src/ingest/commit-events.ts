import type { EventPosition } from '@picly/contracts';
import type { EventLog } from '@picly/event-log';
import { hasPersonal, subjectName, subjectOf, throwawayKey, type PersonKey, type PersonKeys, type SubjectId } from '@picly/personal-data';
import type { ReceiptsQueries } from '../views/receipts/receipts.queries';
import type { AdmittedEvent, Outcome } from './admitted-event';
import { fingerprintOf } from './fingerprint';
import { logRecordOf, type KeyedSubject } from './log-record';
import type { RecentlyAccepted } from './recently-accepted';

export interface CommitDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly keys: Pick<PersonKeys, 'ensure'>;
  readonly receipts: Pick<ReceiptsQueries, 'find'>;
  readonly recent: RecentlyAccepted;
  /** What becomes of an event of an erased person (or visit): it is refused, or taken without its personal fields. */
  readonly erasedPersons: 'refuse' | 'anonymous';
  /** How long the log may take to confirm, milliseconds. */
  readonly appendDeadlineMs: number;
}

interface Known {
  readonly position: EventPosition;
  readonly fingerprint?: string;
}

interface Prepared {
  readonly event: AdmittedEvent;
  readonly subject: KeyedSubject | undefined;
  readonly fingerprint: string;
  /** Of a person who is erased: it cannot be told whether an id comes with the same body again, and perhaps it is not taken. */
  readonly erased?: 'refuse' | 'anonymous';
}

const REUSED: Outcome = {
  kind: 'refused',
  refusal: {
    code: 'event_id_reused',
    detail: 'This event id was used before with another body. The first one counts; give a new event its own id.',
  },
};

function refusedFor(subject: SubjectId): Outcome {
  const [pointer, whose] = subject.kind === 'user' ? ['/user_id', 'person'] : ['/session_id', 'visit'];
  const detail = `The ${whose} has been erased: no event of theirs is taken any more.`;
  return { kind: 'refused', refusal: { code: 'person_erased', detail, errors: [{ pointer, code: 'person_erased', message: detail }] } };
}

/** Who rates the picture of an erased person in nobody's name is not that person: only what is personal is left out. */
function ofErased(event: AdmittedEvent, subject: SubjectId, configured: CommitDeps['erasedPersons']): Prepared {
  const erased = subject.kind === 'generation' ? 'anonymous' : configured;
  const key = throwawayKey();
  return { event, subject: { ...subject, key }, fingerprint: fingerprintOf(event.canonical, key.secret), erased };
}

async function prepare(events: readonly AdmittedEvent[], { keys, erasedPersons }: CommitDeps): Promise<readonly Prepared[]> {
  const subjects = events.map((event) => (hasPersonal(event.data, event.definition.personal) ? subjectOf(event) : undefined));
  const named = subjects.filter((subject) => subject !== undefined);
  const found: ReadonlyMap<string, PersonKey> = named.length > 0 ? await keys.ensure(named) : new Map<string, never>();
  return events.map((event, n): Prepared => {
    const of = subjects[n];
    if (!of) return { event, subject: undefined, fingerprint: fingerprintOf(event.canonical, undefined) };
    const key = found.get(subjectName(of));
    if (!key) return ofErased(event, of, erasedPersons);
    return { event, subject: { kind: of.kind, id: of.id, key }, fingerprint: fingerprintOf(event.canonical, key.secret) };
  });
}

/** What is known of the ids that senders chose; ids made here cannot be known. */
async function lookUp(events: readonly AdmittedEvent[], deps: CommitDeps): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  const unknown: string[] = [];
  for (const event of events) {
    if (!event.idFromSender) continue;
    const recent = deps.recent.get(event.id);
    if (recent) known.set(event.id, recent);
    else unknown.push(event.id);
  }
  if (unknown.length === 0) return known;
  for (const [id, receipt] of await deps.receipts.find(unknown)) known.set(id, receipt);
  return known;
}

/**
 * One group into the log with one append: known ids are answered from their receipts, the rest is sealed, encoded and
 * appended. Rejects when the log did not confirm; then nothing is promised for the whole group.
 */
export async function commitEvents(events: readonly AdmittedEvent[], deps: CommitDeps): Promise<readonly Outcome[]> {
  const [prepared, known] = await Promise.all([prepare(events, deps), lookUp(events, deps)]);
  const fresh = prepared.filter(({ event, erased }) => erased !== 'refuse' && !known.has(event.id));
  const records = fresh.map(({ event, subject, fingerprint }) => logRecordOf(event, subject, fingerprint));
  const positions = records.length > 0 ? await deps.log.append(records, { deadlineMs: deps.appendDeadlineMs }) : [];
  if (positions.length !== records.length) throw new Error('the log confirmed fewer records than it was given');
  let next = 0;
  return prepared.map(({ event, fingerprint, subject, erased }): Outcome => {
    const before = known.get(event.id);
    if (before) return erased || before.fingerprint === fingerprint ? { kind: 'known', position: before.position } : REUSED;
    if (erased === 'refuse' && subject) return refusedFor(subject);
    const position = positions[next++];
    if (!position) throw new Error('the log left a record without a position');
    const { occurredAt, receivedAt } = event.times;
    deps.recent.put(event.id, { type: event.type, position, fingerprint, occurredAt, receivedAt });
    return { kind: 'appended', position };
  });
}
