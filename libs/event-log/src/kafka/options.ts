import { Kafka, logLevel, type ISocketFactory, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { patchIdleTimer } from './idle-timer.patch';

/** Where the brokers are and how hard to try. Everything but `brokers` and `clientId` has a sensible default. */
export interface KafkaLogOptions {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Copies of every partition of the topics created here (default: the broker's own default). */
  readonly replicationFactor?: number;
  /** What to do about existing topics whose settings would drop records that are to be kept (default: `refuse` them). */
  readonly harmfulSettings?: 'refuse' | 'mend';
  readonly compression?: 'none' | 'gzip';
  /** How long `append` may take unless the call says otherwise (default 10,000). */
  readonly appendDeadlineMs?: number;
  /** Largest single record, headers included (default 900,000; the broker's default limit is 1,048,588 per batch). */
  readonly maxRecordBytes?: number;
  /** How long a fetch waits at the broker for the first record (default 250, lowered to 100..250). */
  readonly fetchMaxWaitMs?: number;
  /** Upper limit per partition and fetch (default 1 MiB). */
  readonly fetchMaxBytesPerPartition?: number;
  /** How often group positions are stored for lag tooling; nobody reads them as truth (default 5,000). */
  readonly groupCommitIntervalMs?: number;
  readonly ssl?: boolean;
  readonly sasl?: SASLOptions;
  /** How a connection is opened (tunnel, proxy); default: plain TCP or TLS. */
  readonly socketFactory?: ISocketFactory;
  /** Told of what went wrong and was dealt with: reconnects, rejoins, re-sends. */
  readonly onWarning?: (message: string, cause?: unknown) => void;
}

export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 5 } as const;

/** One broker request may take this long before its connection is given up. */
export const REQUEST_TIMEOUT_MS = 10_000;

export function createClient(options: KafkaLogOptions): Kafka {
  patchIdleTimer();
  const config: KafkaConfig = {
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: 3_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: options.onWarning ? logLevel.ERROR : logLevel.NOTHING,
    logCreator: () => (entry) => options.onWarning?.(`kafkajs ${entry.namespace}: ${entry.log.message}`, entry.log['error']),
  };
  if (options.ssl !== undefined) config.ssl = options.ssl;
  if (options.sasl !== undefined) config.sasl = options.sasl;
  if (options.socketFactory !== undefined) config.socketFactory = options.socketFactory;
  return new Kafka(config);
}

export function fetchMaxWaitMs(options: KafkaLogOptions): number {
  return Math.min(250, Math.max(100, options.fetchMaxWaitMs ?? 250));
}
