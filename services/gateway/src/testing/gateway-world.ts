import { decodeEvent, EVENT_TYPES, topicOf, type SealedEvent } from '@picly/contracts';
import { createPostgresLog, type EventLog } from '@picly/event-log';
import { readConfig, startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import { GATEWAY_CONFIG } from '../config';
import { gateway } from '../gateway.module';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The members of a JSON answer, problems included. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A gateway over a real socket with a database of its own, and the log behind it. */
export class GatewayWorld {
  private constructor(
    readonly database: TestDatabase,
    readonly service: ServiceHandle,
    readonly log: EventLog,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}, database?: TestDatabase): Promise<GatewayWorld> {
    const own = database ?? (await createTestDatabase());
    const config = readConfig(GATEWAY_CONFIG, { PORT: '0', DATABASE_URL: own.url, LOG_PARTITIONS: '2', LOG_LEVEL: 'silent', ...settings });
    const service = await startService(gateway, config);
    return new GatewayWorld(own, service, await createPostgresLog({ url: own.url }));
  }

  get url(): string {
    return this.service.url;
  }

  async send(
    method: string,
    path: string,
    init: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    const raw = typeof init.body === 'string' || init.body instanceof Uint8Array || init.body === undefined;
    const response = await fetch(`${this.url}/api/analytics/${path}`, {
      method,
      headers: { ...(init.body !== undefined && { 'content-type': 'application/json' }), ...init.headers },
      ...(init.body !== undefined && { body: raw ? (init.body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(init.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('POST', path, { body, headers });
  }

  /** Everything in the log, decoded, still sealed. */
  async appended(): Promise<readonly SealedEvent[]> {
    const bounds = await this.log.bounds(EVENT_TYPES.map(topicOf));
    const batches = await Promise.all(
      bounds
        .filter(({ start, end }) => end > start)
        .map(({ topic, partition, start, end }) =>
          this.log.read({ from: [{ topic, partition, offset: start }], maxRecords: end - start, maxWaitMs: 0 }),
        ),
    );
    return batches.flat().flatMap((batch) => batch.records.map(decodeEvent));
  }

  async stop(): Promise<void> {
    await this.service.close();
    await this.log.close();
    await this.database.drop();
  }
}
