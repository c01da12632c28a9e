import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EVENT_TYPES, topicOf } from '@picly/contracts';
import { isLoopbackHost } from '../auth/loopback';
import type { Authenticator } from '../auth/authenticate';
import type { CommonConfig } from '../config/common-config';
import { ConfigError } from '../config/define-config';
import { createLogger, type Logger } from '../logging/logger';
import { measuredLog } from '../operations/measured-log';
import { createRegistry } from '../operations/metrics';
import { Readiness } from '../operations/readiness';
import { buildApp } from './build-app';
import { closeHttp } from './close-http';
import { LogRetention } from './log-retention';
import { Projecting } from './projecting';
import { Closers, openResources } from './resources';
import type { ServiceDefinition } from './service-definition';
import { ServiceState } from './service-state';

export interface StartOptions {
  readonly logger?: Logger;
  /** Ends a start that waits for something. */
  readonly signal?: AbortSignal;
  /** Told when the service cannot go on. */
  readonly onFatal?: (reason: string, error?: Error) => void;
}

/** A service that answers requests. */
export interface ServiceHandle {
  /** Base URL, without a slash at the end. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Stops accepting, finishes what is under way, gives everything back. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts a service in this process, without touching the process itself (signals, exit, standard output). */
export async function startService(
  definition: ServiceDefinition,
  config: CommonConfig,
  options: StartOptions = {},
): Promise<ServiceHandle> {
  const logger = options.logger ?? createLogger({ name: definition.name, level: config.LOG_LEVEL });
  const closers = new Closers(logger);
  try {
    return await start(definition, { ...options, config, logger, closers });
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

interface Starting extends StartOptions {
  readonly config: CommonConfig;
  readonly logger: Logger;
  readonly closers: Closers;
}

async function start(definition: ServiceDefinition, options: Starting): Promise<ServiceHandle> {
  const { config, logger, closers } = options;
  const onFatal = options.onFatal ?? ((reason, err): void => logger.fatal({ err }, reason));
  const registry = createRegistry(definition.name);
  const opened = await openResources(definition, { ...options, onFatal }, closers);
  const resources = { ...opened, log: measuredLog(opened.log, registry) };
  const retention = new LogRetention({ pool: resources.pool, log: resources.log, config, logger });
  const { signal } = options;
  const projections = new Projecting(definition, {
    ...resources,
    logger,
    registry,
    maxDeadLetters: config.DEAD_LETTER_LIMIT,
    auditIntervalS: config.AUDIT_INTERVAL_S,
    sole: config.DATABASE_URL === undefined,
    ...(signal && { signal }),
  });
  const state = new ServiceState();
  const readiness = new Readiness(
    {
      database: () => resources.pool.query('show server_version'),
      log: () => resources.log.bounds(EVENT_TYPES.slice(0, 1).map(topicOf)),
      projections: () => projections.check(),
    },
    () => state.draining,
    { dead_letters: () => projections.checkDeadLetters() },
  );
  const { app, authenticator } = await buildApp(definition, {
    ...resources,
    config,
    logger,
    registry,
    readiness,
    state,
    freshness: projections.freshness,
  });
  // Closed in the reverse order: answers under way may still wait for the projections.
  closers.add('retention', () => retention.stop());
  closers.add('projections', () => projections.stop());
  closers.add('HTTP', () => closeHttp(app, config.SHUTDOWN_TIMEOUT_MS));
  await refuseOpenDoor(authenticator, config, logger);
  await retention.start();
  await projections.start();
  await listen(app, config);
  const url = urlOf(app, config.HOST);
  state.url = url;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    state.draining = true;
    return (closing ??= closers.closeAll());
  };
  return { url, app, close };
}

/** Without anything to tell callers apart, only this machine may ask. */
async function refuseOpenDoor(authenticator: Authenticator, config: CommonConfig, logger: Logger): Promise<void> {
  if (!(await authenticator.isLoopbackOnly())) return;
  if (isLoopbackHost(config.HOST)) {
    logger.info('no key is configured: only this machine may ask');
    return;
  }
  const remedy = authenticator.isPublicDoor ? 'make a key first (npm run picly -- keys create)' : 'set INTERNAL_TOKEN';
  throw new ConfigError([
    `HOST must be loopback (127.0.0.1, ::1 or localhost) while nothing guards the door: ${remedy} to listen elsewhere`,
  ]);
}

async function listen(app: NestFastifyApplication, { HOST, PORT }: CommonConfig): Promise<void> {
  try {
    await app.listen(PORT, HOST);
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new ConfigError([`PORT must be free, and ${PORT} is in use: stop the other process or set PORT (0 takes a free one)`]);
    if (code === 'EACCES') throw new ConfigError([`PORT must be one this user may open, and ${PORT} is not: set PORT above 1023`]);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new ConfigError(['HOST must be an address of this machine']);
    throw error;
  }
}

function urlOf(app: NestFastifyApplication, host: string): string {
  const address: unknown = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0;
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
