import { LogError, LogUnavailableError } from '../errors';

interface KafkaFailure {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly topic?: unknown;
  readonly partition?: unknown;
}

/** The idempotent producer cannot go on: its sequence is broken (protocol errors 45, 46, 47, 59). */
const BROKEN_PRODUCER: ReadonlySet<unknown> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
]);

const TOO_LARGE: ReadonlySet<unknown> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

export function isBrokenProducer(error: unknown): boolean {
  return chain(error).some((failure) => BROKEN_PRODUCER.has(failure.type));
}

export function isTooLarge(error: unknown): boolean {
  return chain(error).some((failure) => TOO_LARGE.has(failure.type));
}

export function isUnknownTopic(error: unknown): boolean {
  return chain(error).some((failure) => failure.type === 'UNKNOWN_TOPIC_OR_PARTITION');
}

/** The partition whose position is outside its log, when that is what failed. */
export function outOfRange(error: unknown): { topic: string; partition: number } | undefined {
  for (const { name, topic, partition } of chain(error)) {
    if (name === 'KafkaJSOffsetOutOfRange' && typeof topic === 'string') return { topic, partition: Number(partition) };
  }
  return undefined;
}

/** The broker whose connection broke, when that is what failed. */
export function closedBroker(error: unknown): { host: string; port: number } | undefined {
  for (const { name, host, port } of chain(error)) {
    if (name === 'KafkaJSConnectionClosedError' && typeof host === 'string') return { host, port: Number(port) };
  }
  return undefined;
}

/** What callers of the log see: its own errors as they are, everything else as "try again". */
export function toLogError(error: unknown, doing: string): LogError {
  if (error instanceof LogError) return error;
  return new LogUnavailableError(`Kafka: ${doing} failed: ${error instanceof Error ? error.message : String(error)}`, error);
}

function chain(error: unknown): KafkaFailure[] {
  const failures: KafkaFailure[] = [];
  let current: unknown = error;
  while (typeof current === 'object' && current !== null && failures.length < 8) {
    const failure: KafkaFailure = current;
    failures.push(failure);
    current = failure.cause ?? failure.originalError;
    if (current === failure) break;
  }
  return failures;
}
