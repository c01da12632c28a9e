import type { Type } from '@nestjs/common';
import { createPool } from '@picly/database';
import { PersonKeys } from '@picly/personal-data';
import { MemoryLog } from '@picly/testing';
import { COMMON_CONFIG } from '../config/common-config';
import { readConfig } from '../config/define-config';
import { createLogger } from '../logging/logger';
import { createRegistry } from '../operations/metrics';
import { Readiness, type Check } from '../operations/readiness';
import type { Operation } from '../openapi/operation';
import { buildApp } from '../service/build-app';
import { closeHttp } from '../service/close-http';
import { ServiceState } from '../service/service-state';
import type { ViewFreshness } from '../service/view-freshness';

export interface TestAppOptions {
  readonly module: Type;
  readonly environment?: Readonly<Record<string, string>>;
  readonly freshness?: ViewFreshness;
  readonly checks?: Readonly<Record<string, Check>>;
  readonly operations?: readonly Operation[];
  /** How long a stop waits for the answers under way, milliseconds (default 2,000). */
  readonly stopWithinMs?: number;
}

export interface TestApp {
  readonly url: string;
  readonly port: number;
  readonly state: ServiceState;
  /** What was logged, as objects. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

export const FRESH: ViewFreshness = {
  waitFor: () => Promise.resolve(true),
  asOf: () => Promise.resolve({ event_time: '2026-03-01T10:00:00.000Z', lag_events: 3, lag_ms: 40, at: '2026-03-01T10:00:01.000Z' }),
};

/** The HTTP edge over a real socket, without a database behind it. */
export async function startTestApp(options: TestAppOptions): Promise<TestApp> {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination });
  const config = readConfig(COMMON_CONFIG, { ...options.environment });
  const pool = createPool({ url: 'postgres://127.0.0.1:1/none' });
  const state = new ServiceState();
  const { app } = await buildApp(
    { name: 'test', module: options.module, projections: [], ...(options.operations && { operations: options.operations }) },
    {
      config,
      logger,
      state,
      pool,
      log: new MemoryLog(),
      personKeys: new PersonKeys({ pool }),
      registry: createRegistry('test'),
      freshness: options.freshness ?? FRESH,
      readiness: new Readiness(options.checks ?? {}, () => state.draining, {}, 200),
    },
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    state,
    lines,
    close: async () => {
      await closeHttp(app, options.stopWithinMs ?? 2_000);
      await pool.close();
    },
  };
}
