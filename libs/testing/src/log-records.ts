import { EVENTS, encodeEvent, topicOf, type DecodedEvent, type EventType } from '@picly/contracts';
import type { AppendRecord } from '@picly/event-log';
import { hasPersonal, seal, subjectName, subjectOf, type PersonKeys } from '@picly/personal-data';
import { logKeyOf } from './builders';

/** The records of events as the gateway would write them, in the order given; without keys the personal fields are left out. */
export async function recordsOf(events: readonly DecodedEvent[], keys?: PersonKeys): Promise<AppendRecord[]> {
  const personal = (event: DecodedEvent): readonly string[] => EVENTS[event.type].personal;
  const found = await keys?.ensure(events.filter((event) => hasPersonal(event.data, personal(event))).map(subjectOf));
  return events.map((event) => {
    const subject = subjectOf(event);
    const key = found?.get(subjectName(subject));
    const open = Object.fromEntries(Object.entries(event.data).filter(([name]) => !personal(event).includes(name)));
    const { data, sealed } = key ? seal(event, personal(event), { kind: subject.kind, key }) : { data: open };
    const { id, type, occurredAt, receivedAt } = event;
    const encoded = encodeEvent({ id, type, data, occurredAt, receivedAt, ...(sealed !== undefined && { sealed }) });
    return { topic: topicOf(type), key: logKeyOf(event), ...encoded };
  });
}

export const topicSpecs = (types: readonly EventType[], partitions: number): { name: string; partitions: number; retentionMs: null }[] =>
  types.map((type) => ({ name: topicOf(type), partitions, retentionMs: null }));
