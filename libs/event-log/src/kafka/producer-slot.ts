import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import { type KafkaLogOptions, REQUEST_TIMEOUT_MS, RETRY } from './options';
import { atMost } from './signal';
import type { AcknowledgedEnds, SendBatch } from './verified-send';

/** A connected producer with its memory of what it got acknowledged: both end together. */
export interface LiveProducer {
  readonly send: SendBatch;
  readonly ends: AcknowledgedEnds;
  close(): Promise<void>;
}

export type ConnectProducer = () => Promise<LiveProducer>;

/** A fresh idempotent producer. Its retries end after a few seconds; who goes on, and how, is decided above it. */
export async function connectProducer(kafka: Kafka, options: KafkaLogOptions): Promise<LiveProducer> {
  const producer: Producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, retries: 6 },
    createPartitioner:
      () =>
      ({ message }) =>
        explicitPartition(message.partition),
  });
  const close = async (): Promise<void> => {
    await atMost(producer.disconnect(), 5_000).catch(() => undefined);
  };
  try {
    await producer.connect();
  } catch (error) {
    await close();
    throw error;
  }
  const compression = options.compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
  const send: SendBatch = (topicMessages) => producer.sendBatch({ acks: -1, timeout: REQUEST_TIMEOUT_MS, compression, topicMessages });
  return { send, ends: new Map(), close };
}

function explicitPartition(partition: number | undefined): number {
  if (partition === undefined) throw new TypeError('every record carries its partition');
  return partition;
}

/** Holds the one producer in use; a broken one is thrown away and the next use connects anew. */
export class ProducerSlot {
  #current: LiveProducer | undefined;

  constructor(private readonly connect: ConnectProducer) {}

  async get(): Promise<LiveProducer> {
    this.#current ??= await this.connect();
    return this.#current;
  }

  async discard(): Promise<void> {
    const producer = this.#current;
    this.#current = undefined;
    await producer?.close();
  }
}
