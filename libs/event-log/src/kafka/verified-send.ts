import type { Message, RecordMetadata, TopicMessages } from 'kafkajs';
import type { Chunk } from './pending-queues';

/** The one call of a kafkajs producer that is needed here. */
export type SendBatch = (topicMessages: TopicMessages[]) => Promise<readonly RecordMetadata[]>;

export interface Acknowledged {
  readonly chunk: Chunk;
  readonly baseOffset: number;
}

export interface SendOutcome {
  readonly acknowledged: readonly Acknowledged[];
  /** Chunks whose partition the answer does not mention: never written, although `send` resolved (tulios/kafkajs#1303). */
  readonly missing: readonly Chunk[];
  /** Chunks answered with an offset handed out before: the broker took them for an earlier batch and wrote nothing. */
  readonly mistaken: readonly Chunk[];
}

/** Per partition the offset behind the last record this producer got acknowledged. */
export type AcknowledgedEnds = Map<string, number>;

/** Send the chunks once and believe only what the answer says of each partition. Throws what the producer throws. */
export async function sendVerified(send: SendBatch, chunks: readonly Chunk[], ends: AcknowledgedEnds): Promise<SendOutcome> {
  const offsets = baseOffsets(await send(toTopicMessages(chunks)));
  const acknowledged: Acknowledged[] = [];
  const missing: Chunk[] = [];
  const mistaken: Chunk[] = [];
  for (const chunk of chunks) {
    const key = keyOf(chunk.topic, chunk.partition);
    const baseOffset = offsets.get(key);
    if (baseOffset === undefined) missing.push(chunk);
    else if (baseOffset < (ends.get(key) ?? 0)) mistaken.push(chunk);
    else {
      ends.set(key, baseOffset + chunk.entries.length);
      acknowledged.push({ chunk, baseOffset });
    }
  }
  return { acknowledged, missing, mistaken };
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** A partition answered twice (its leader moved while another broker was asked again) was written twice: the first copy counts. */
function baseOffsets(answer: readonly RecordMetadata[]): Map<string, number> {
  const offsets = new Map<string, number>();
  for (const { topicName, partition, errorCode, baseOffset } of answer) {
    const offset = Number(baseOffset ?? -1);
    if (errorCode !== 0 || !(offset >= 0)) continue;
    const key = keyOf(topicName, partition);
    offsets.set(key, Math.min(offset, offsets.get(key) ?? offset));
  }
  return offsets;
}

function toTopicMessages(chunks: readonly Chunk[]): TopicMessages[] {
  const byTopic = new Map<string, Message[]>();
  for (const { topic, partition, entries } of chunks) {
    const messages = byTopic.get(topic) ?? [];
    byTopic.set(topic, messages);
    for (const { record } of entries) {
      messages.push({ partition, key: record.key, value: record.value, headers: record.headers, timestamp: String(record.timestamp) });
    }
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}
