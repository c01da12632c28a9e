import { randomUUID } from 'node:crypto';
import { LogError, LogUnavailableError } from '../errors';
import { partitionFor } from '../partitioner';
import type {
  AppendRecord,
  EventLog,
  GroupMember,
  JoinOptions,
  LogBatch,
  LogPosition,
  PartitionBounds,
  ReadRequest,
  TopicSpec,
} from '../port';
import { AppendTicket, type PendingRecord, recordBytes } from './append-ticket';
import { Appender } from './appender';
import { FetchClient } from './fetch-client';
import { KafkaGroupMember } from './kafka-group-member';
import { toLogError } from './kafka-errors';
import { createClient, fetchMaxWaitMs, type KafkaLogOptions } from './options';
import { connectProducer } from './producer-slot';
import { Reader } from './reader';
import { Topics } from './topics';

const LIMITS = { recordsPerPartition: 1_000, bytesPerPartition: 950_000, bytesPerSend: 8_000_000 };
const APPEND_DEADLINE_MS = 10_000;
const MAX_RECORD_BYTES = 900_000;
const BYTES_PER_PARTITION = 1024 * 1024;
const GROUP_COMMIT_INTERVAL_MS = 5_000;

/**
 * The log on Apache Kafka (kafkajs 2.2.4, brokers 3.9 to 4.1). Connects to the cluster before it resolves.
 * @throws LogUnavailableError when no broker can be reached
 * @throws LogConfigurationError when another kafkajs is installed
 */
export async function createKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const log = new KafkaLog(options);
  try {
    await log.connect();
  } catch (error) {
    await log.close();
    throw toLogError(error, 'connect');
  }
  return log;
}

class KafkaLog implements EventLog {
  readonly #topics: Topics;
  readonly #appender: Appender;
  readonly #client: FetchClient;
  readonly #reader: Reader;
  readonly #members = new Set<KafkaGroupMember>();
  readonly #warn: (message: string, cause?: unknown) => void;
  #closing: Promise<void> | undefined;

  constructor(private readonly options: KafkaLogOptions) {
    const kafka = createClient(options);
    this.#warn = options.onWarning ?? (() => undefined);
    const { replicationFactor, harmfulSettings: harmful = 'refuse' } = options;
    this.#topics = new Topics(kafka.admin(), { replicationFactor, harmful, onWarning: this.#warn });
    this.#appender = new Appender(() => connectProducer(kafka, options), { limits: LIMITS, onWarning: this.#warn });
    this.#client = new FetchClient(kafka);
    this.#reader = new Reader(this.#client);
  }

  async connect(): Promise<void> {
    await this.#client.connect();
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#refuseWhenClosed();
    await this.#topics.ensure(topics);
  }

  async append(records: readonly AppendRecord[], options: { readonly deadlineMs?: number } = {}): Promise<readonly LogPosition[]> {
    this.#refuseWhenClosed();
    if (records.length === 0) return [];
    const ticket = new AppendTicket(records.length, options.deadlineMs ?? this.options.appendDeadlineMs ?? APPEND_DEADLINE_MS);
    this.#enqueue(records, ticket).catch((error: unknown) => ticket.fail(toLogError(error, 'append')));
    return ticket.done;
  }

  async read(request: ReadRequest): Promise<readonly LogBatch[]> {
    this.#refuseWhenClosed();
    return this.#reader.read(request);
  }

  async join(options: JoinOptions): Promise<GroupMember> {
    this.#refuseWhenClosed();
    await this.#topics.load(options.topics);
    // A client of its own: kafkajs keeps the offsets of a group once per client, and its members would clear each other's.
    const member: KafkaGroupMember = new KafkaGroupMember(createClient(this.options), {
      ...options,
      id: `${this.options.clientId}-${randomUUID()}`,
      maxWaitMs: fetchMaxWaitMs(this.options),
      maxBytesPerPartition: this.options.fetchMaxBytesPerPartition ?? BYTES_PER_PARTITION,
      commitIntervalMs: this.options.groupCommitIntervalMs ?? GROUP_COMMIT_INTERVAL_MS,
      onWarning: this.#warn,
      onLeft: () => this.#members.delete(member),
    });
    this.#members.add(member);
    try {
      await member.join();
    } catch (error) {
      throw toLogError(error, `joining ${options.group}`);
    }
    return member;
  }

  async bounds(topics: readonly string[]): Promise<readonly PartitionBounds[]> {
    this.#refuseWhenClosed();
    return this.#topics.bounds(topics);
  }

  async trim(before: readonly LogPosition[]): Promise<void> {
    this.#refuseWhenClosed();
    await this.#topics.trim(before);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.leave()));
    await this.#appender.close();
    await Promise.all([this.#client.close(), this.#topics.close()]);
  }

  async #enqueue(records: readonly AppendRecord[], ticket: AppendTicket): Promise<void> {
    const topics = new Set(records.map(({ topic }) => topic));
    // Without a turn of the event loop when the topics are known: concurrent calls keep their order.
    if ([...topics].some((topic) => this.#topics.known(topic) === undefined)) await this.#topics.load([...topics]);
    const entries = records.map((record, index) => this.#toPending(record, index, ticket));
    if (ticket.settled) return;
    this.#appender.add(entries);
  }

  #toPending(record: AppendRecord, index: number, ticket: AppendTicket): PendingRecord {
    const bytes = recordBytes(record);
    const most = this.options.maxRecordBytes ?? MAX_RECORD_BYTES;
    if (bytes > most) throw new LogError('LOG_RECORD_TOO_LARGE', false, `a record of ${bytes} bytes for ${record.topic} exceeds ${most}`);
    const partitions = this.#topics.known(record.topic);
    if (partitions === undefined) throw new LogUnavailableError(`${record.topic}: the number of partitions is not known`);
    return { record, partition: partitionFor(record.key, partitions), bytes, ticket, index };
  }

  #refuseWhenClosed(): void {
    if (this.#closing) throw new LogError('LOG_CLOSED', false, 'the log is closed');
  }
}
