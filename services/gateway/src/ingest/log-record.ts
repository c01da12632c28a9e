import { encodeEvent } from '@picly/contracts';
import type { AppendRecord } from '@picly/event-log';
import { seal, type PersonKey, type SubjectId } from '@picly/personal-data';
import type { AdmittedEvent } from './admitted-event';

/** Whose key seals an event, and the key. */
export interface KeyedSubject extends SubjectId {
  readonly key: PersonKey;
}

/** Events with the same key keep their order. The person stands in it as a pseudonym, never by name. */
function logKeyOf(event: AdmittedEvent, subject: KeyedSubject | undefined): string {
  const { generation_id: generation, experiment } = event.data;
  switch (event.definition.keyedBy) {
    case 'generation':
      return typeof generation === 'string' ? generation : event.id;
    case 'person':
      return subject?.key.ref ?? event.id;
    case 'experiment':
      return typeof experiment === 'string' ? experiment : event.id;
    case 'event':
      return event.id;
  }
}

/** The record of an event: personal fields sealed, the rest as JSON, the envelope in headers. */
export function logRecordOf(event: AdmittedEvent, subject: KeyedSubject | undefined, fingerprint: string): AppendRecord {
  const { data, sealed } = subject
    ? seal(event, event.definition.personal, { kind: subject.kind, key: subject.key })
    : { data: event.data };
  const { id, type, times } = event;
  const { occurredAt, receivedAt, happenedAt, sentAt } = times;
  const encoded = encodeEvent({
    id,
    type,
    data,
    occurredAt,
    receivedAt,
    fingerprint,
    ...(happenedAt !== undefined && { happenedAt }),
    ...(sentAt !== undefined && { sentAt }),
    ...(sealed !== undefined && { sealed }),
  });
  const { value, headers, timestamp } = encoded;
  return { topic: event.definition.topic, key: logKeyOf(event, subject), value, headers, timestamp };
}
