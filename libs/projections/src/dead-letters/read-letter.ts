import { EVENTS, sentData } from '@picly/contracts';
import type { LogRecord } from '@picly/event-log';
import type { KeyReader } from '@picly/personal-data';
import { decodeRecords } from '../decode';

/** What an event says, as far as it can be read; times in RFC 3339. */
export interface LetterContent {
  readonly event_id: string;
  readonly type: string;
  readonly occurred_at: string;
  readonly received_at: string;
  /** Whose event it is: nobody's, somebody's, or an erased person's. */
  readonly person: 'none' | 'known' | 'erased';
  /** As it would be sent, personal fields included: what an edited copy starts from. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Decodes one record; `undefined` when that is just what cannot be done. */
export async function readLetter(record: LogRecord, keys: KeyReader): Promise<LetterContent | undefined> {
  const [read] = await decodeRecords([record], keys);
  const event = read?.event;
  if (!event) return undefined;
  const person = event.subject === undefined ? 'none' : event.subject.erased ? 'erased' : 'known';
  return {
    event_id: event.id,
    type: event.type,
    occurred_at: new Date(event.occurredAt).toISOString(),
    received_at: new Date(event.receivedAt).toISOString(),
    person,
    body: sentData(EVENTS[event.type], { ...event.data }),
  };
}
