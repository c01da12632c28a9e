import { encodeEvent, topicOf } from '@picly/contracts';
import { partitionFor, type AppendRecord } from '@picly/event-log';

const TOPIC = topicOf('action-tracked');
const PARTITIONS = 4;

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

/** Valid, and the same for the same round of the same seed; families 0 to 3 are those of the load. */
export const uuidIn = (seed: number, family: number, n: number): string =>
  `${hex(seed % 2 ** 32, 8)}-${hex(family, 4)}-7000-8000-${hex(n, 12)}`;

/** Generations of the round whose events share one partition. */
export function generationsTogether(seed: number, family: number, count: number): string[] {
  const partition = seed % PARTITIONS;
  const found: string[] = [];
  for (let n = 0; found.length < count; n++) {
    const id = uuidIn(seed, family, n);
    if (partitionFor(id, PARTITIONS) === partition) found.push(id);
  }
  return found;
}

/** An action as the gateway would write it, without its sender. */
export function rawAction(eventId: string, generationId: string, action: string): AppendRecord {
  const now = Date.now();
  const encoded = encodeEvent({
    id: eventId,
    type: 'action-tracked',
    data: { generation_id: generationId, action },
    occurredAt: now,
    receivedAt: now,
  });
  return { topic: TOPIC, key: generationId, ...encoded };
}

/** Bytes that no projection can read, each kind in its turn. */
export function spoiled(record: AppendRecord, kind: number): AppendRecord {
  switch (kind % 3) {
    case 0:
      return { ...record, value: Buffer.from('{"action":') };
    case 1:
      return { ...record, headers: { ...record.headers, ce_dataversion: '99' } };
    default:
      return { ...record, value: Buffer.alloc(0) };
  }
}
