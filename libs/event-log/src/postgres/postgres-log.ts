import { randomUUID } from 'node:crypto';
import { createPool, isTransient, migrate, type DatabasePool } from '@picly/database';
import { CreateLog1760000000000 } from '../../migrations/1760000000000-create-log';
import { SealLog1764300000000 } from '../../migrations/1764300000000-seal-log';
import { LogError, LogUnavailableError } from '../errors';
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
import { Appender } from './appender';
import { Fetcher } from './fetcher';
import { flowKey, Member } from './group/member';
import { Membership } from './group/membership';
import { Pump } from './group/pump';
import { Reader } from './reader';
import { Retention } from './retention';
import { Topics } from './topics';
import { Wakeups } from './wakeups';

export interface PostgresLogOptions {
  /** The database as a URL: the log then has connections of its own (recommended), closed with it. */
  readonly url?: string;
  /** Or a pool to share; it stays open when the log is closed. */
  readonly pool?: DatabasePool;
  /** No other process uses the database: members of groups that it still knows are dead, and nobody waits for their leases. */
  readonly sole?: boolean;
  /** How often records past their topic's retention are dropped, milliseconds (default 300,000). */
  readonly retentionSweepMs?: number;
  /** Told of troubles in the background, all of which are tried again. */
  readonly onError?: (error: unknown) => void;
}

export const logMigrations = { schema: 'log', migrations: [CreateLog1760000000000, SealLog1764300000000] };

const DEFAULT_DEADLINE_MS = 10_000;
const DEFAULT_BATCH_RECORDS = 1_000;
const DEFAULT_SESSION_TIMEOUT_MS = 10_000;
const SWEEP_MS = 300_000;
const CONNECTIONS = 6;

/** The log in Postgres. Brings its schema up to date first; rejects when the database cannot be reached. */
export async function createPostgresLog(options: PostgresLogOptions): Promise<EventLog> {
  const { url, pool } = options;
  if (!pool && !url) throw new TypeError('createPostgresLog needs a pool or a url');
  const onError = options.onError ?? (() => undefined);
  const connections =
    pool ?? createPool({ url: url ?? '', applicationName: 'picly log', maxConnections: CONNECTIONS, onIdleError: onError });
  try {
    await migrate(connections, logMigrations);
    if (options.sole) await connections.query('with gone as (delete from log.members) delete from log.leases');
  } catch (error) {
    if (!pool) await connections.close();
    throw asLogError(error);
  }
  return new PostgresLog(connections, !pool, { sweepMs: options.retentionSweepMs ?? SWEEP_MS, onError });
}

class PostgresLog implements EventLog {
  readonly #topics: Topics;
  readonly #wakeups: Wakeups;
  readonly #appender: Appender;
  readonly #fetcher: Fetcher;
  readonly #reader: Reader;
  readonly #retention: Retention;
  readonly #members = new Set<Member>();
  readonly #sweeper: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly pool: DatabasePool,
    private readonly ownsPool: boolean,
    private readonly settings: { readonly sweepMs: number; readonly onError: (error: unknown) => void },
  ) {
    this.#topics = new Topics(pool);
    this.#wakeups = new Wakeups(pool);
    this.#appender = new Appender(pool, this.#topics, () => this.#wakeups.appended());
    this.#fetcher = new Fetcher(pool, this.#topics);
    this.#reader = new Reader(this.#fetcher, this.#topics, this.#wakeups);
    this.#retention = new Retention(pool, this.#topics);
    this.#sweeper = setInterval(() => this.#sweep(), settings.sweepMs).unref();
  }

  ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.#open(() => this.#topics.ensure(topics));
  }

  append(records: readonly AppendRecord[], options?: { readonly deadlineMs?: number }): Promise<readonly LogPosition[]> {
    return this.#open(() => this.#appender.append(records, options?.deadlineMs ?? DEFAULT_DEADLINE_MS));
  }

  read(request: ReadRequest): Promise<readonly LogBatch[]> {
    return this.#open(() => this.#reader.read(request));
  }

  bounds(topics: readonly string[]): Promise<readonly PartitionBounds[]> {
    return this.#open(() => this.#topics.bounds(topics));
  }

  trim(before: readonly LogPosition[]): Promise<void> {
    return this.#open(async () => {
      await this.#retention.trim(before);
      this.#wakeups.appended();
    });
  }

  join(options: JoinOptions): Promise<GroupMember> {
    return this.#open(async () => {
      const member = await this.#member(options);
      this.#members.add(member);
      try {
        await member.start();
      } catch (error) {
        this.#members.delete(member);
        throw error;
      }
      return member;
    });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#members].map((member) => member.leave()));
    await this.#appender.drain();
    await this.#sweeping;
    await this.#wakeups.close();
    if (this.ownsPool) await this.pool.close();
  }

  async #member(options: JoinOptions): Promise<Member> {
    const id = randomUUID();
    const topics = await this.#topics.load(options.topics);
    const sessionTimeoutMs = options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS;
    const partitions = Math.max(0, ...topics.map((topic) => topic.partitions));
    const member: Member = new Member(
      id,
      { ...options, sessionTimeoutMs },
      {
        membership: new Membership(this.pool, { group: options.group, memberId: id, partitions, sessionTimeoutMs }),
        wakeups: this.#wakeups,
        topics,
        bounds: (names) => this.#topics.bounds([...new Set(names)]),
        pump: (flows) =>
          new Pump({
            fetcher: this.#fetcher,
            wakeups: this.#wakeups,
            maxBatchRecords: options.maxBatchRecords ?? DEFAULT_BATCH_RECORDS,
            flows: () => flows.values(),
            flow: (topic, partition) => flows.get(flowKey(topic, partition)),
            onError: this.settings.onError,
          }),
        onError: this.settings.onError,
        onLeft: () => this.#members.delete(member),
      },
    );
    return member;
  }

  #sweep(): void {
    this.#sweeping ??= this.#retention
      .sweep()
      .catch(this.settings.onError)
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  async #open<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new LogError('LOG_CLOSED', false, 'the log is closed');
    try {
      return await work();
    } catch (error) {
      throw asLogError(error);
    }
  }
}

function asLogError(error: unknown): unknown {
  return !(error instanceof LogError) && isTransient(error) ? new LogUnavailableError('the log cannot be reached', error) : error;
}
