import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@picly/database';
import { createKafkaLog, createPostgresLog, type EventLog } from '@picly/event-log';
import { startTcpProxy, type TcpProxy } from '@picly/testing';
import { Brokers } from './brokers';
import { Instance } from './instance';
import { mend } from './mend';

export const LOGS = ['embedded', 'kafka'] as const;
/** What holds the events: a table of the same Postgres, or three Kafka brokers. */
export type LogKind = (typeof LOGS)[number];

const PARTITIONS = '4';

interface Parts {
  readonly dataDir: string;
  readonly postgres: EmbeddedPostgres;
  readonly database: TcpProxy;
  readonly brokers: Brokers | undefined;
  /** Another process of the product, not started. */
  readonly another: () => Instance;
  readonly instances: readonly [Instance, Instance];
}

/** Two processes of the product on one Postgres and, if so wanted, three brokers; all wires between them can be cut. */
export class System {
  private postgres: EmbeddedPostgres;

  private constructor(private readonly parts: Parts) {
    this.postgres = parts.postgres;
  }

  static async start(log: LogKind): Promise<System> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'picly-faults-'));
    await chmod(dataDir, 0o755);
    const brokers = log === 'kafka' ? await Brokers.start() : undefined;
    const postgres = await startEmbeddedPostgres({ dataDir });
    const database = await startTcpProxy({ host: '127.0.0.1', port: postgres.port });
    const url = new URL(postgres.url);
    url.port = String(database.port);
    const environment = {
      DATABASE_URL: url.href,
      LOG_PARTITIONS: PARTITIONS,
      ...(brokers && { KAFKA_BROKERS: brokers.addresses.join(',') }),
    };
    let made = 0;
    const another = (): Instance => new Instance(environment, path.join(dataDir, `clock-${++made}`));
    const instances = [another(), another()] as const;
    const system = new System({ dataDir, postgres, database, brokers, another, instances });
    try {
      for (const instance of instances) await instance.start();
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  get instances(): readonly [Instance, Instance] {
    return this.parts.instances;
  }

  /** Another process beside them; who asks for it stops it. */
  another(): Instance {
    return this.parts.another();
  }

  /** The wire between the processes and Postgres. */
  get database(): TcpProxy {
    return this.parts.database;
  }

  /** Throws when the log is not Kafka. */
  get brokers(): Brokers {
    if (!this.parts.brokers) throw new Error('the log of this system is in Postgres');
    return this.parts.brokers;
  }

  /** Straight to the database, past the wire: for looking, not for the product. */
  get databaseUrl(): string {
    return this.postgres.url;
  }

  /** The log as it is, past all wires. */
  openLog(): Promise<EventLog> {
    const { brokers } = this.parts;
    return brokers
      ? createKafkaLog({ brokers: brokers.directAddresses, clientId: 'picly-observer' })
      : createPostgresLog({ url: this.databaseUrl });
  }

  /** Kills the server without a word, and starts it again. */
  async crashPostgres(): Promise<void> {
    const { pid, port } = this.postgres;
    if (pid === undefined) throw new Error('the server has no process id');
    process.kill(pid, 'SIGKILL');
    await this.postgres.stop();
    this.postgres = await startEmbeddedPostgres({ dataDir: this.parts.dataDir, port });
  }

  /** Starts what is not running, and makes every wire whole. */
  async heal(): Promise<void> {
    mend(this.database);
    await this.parts.brokers?.heal();
    for (const instance of this.instances) {
      instance.signal('SIGCONT');
      await instance.setClock(0);
      if (!instance.isRunning) await instance.start();
      mend(instance.wire);
    }
  }

  async stop(): Promise<void> {
    for (const instance of this.instances) await instance.stop();
    await this.database.close();
    await this.parts.brokers?.stop();
    await this.postgres.stop();
    await rm(this.parts.dataDir, { recursive: true, force: true });
  }
}
