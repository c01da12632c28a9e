import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Provider } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { AuthGuard } from '../auth/auth.guard';
import { Authenticator } from '../auth/authenticate';
import type { KeyStore } from '../auth/key-store';
import type { CommonConfig } from '../config/common-config';
import { HttpAdapter } from '../http/adapter';
import { nestLogger, type Logger } from '../logging/logger';
import { OpenApiSource } from '../openapi/openapi-source';
import { measureRequests } from '../operations/metrics';
import { Readiness } from '../operations/readiness';
import { ProblemFilter } from '../problem/problem.filter';
import { ViewInterceptor } from '../view/view.interceptor';
import { buildOpenApi } from './build-openapi';
import { PlatformModule, RootModule } from './platform.module';
import type { Resources } from './resources';
import type { ServiceDefinition } from './service-definition';
import type { ServiceState } from './service-state';
import { AUTHENTICATOR, CONFIG, EVENT_LOG, FRESHNESS, KEY_STORE, LOGGER, METRICS, PERSON_KEYS, POOL, SERVICE_STATE, SQL } from './tokens';
import type { ViewFreshness } from './view-freshness';

export interface AppParts extends Resources {
  readonly config: CommonConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly freshness: ViewFreshness;
  readonly readiness: Readiness;
  readonly state: ServiceState;
}

export interface BuiltApp {
  readonly app: NestFastifyApplication;
  readonly authenticator: Authenticator;
}

function providersOf(parts: AppParts, authenticator: Authenticator, openApi: OpenApiSource): Provider[] {
  const values: readonly (readonly [symbol, unknown])[] = [
    [SQL, parts.pool],
    [POOL, parts.pool],
    [EVENT_LOG, parts.log],
    [FRESHNESS, parts.freshness],
    [CONFIG, parts.config],
    [PERSON_KEYS, parts.personKeys],
    [LOGGER, parts.logger],
    [METRICS, parts.registry],
    [SERVICE_STATE, parts.state],
    [AUTHENTICATOR, authenticator],
  ];
  return [
    ...values.map(([provide, useValue]) => ({ provide, useValue })),
    { provide: Readiness, useValue: parts.readiness },
    { provide: OpenApiSource, useValue: openApi },
  ];
}

/** Only the public door has one. */
function keyStoreOf(app: NestFastifyApplication): KeyStore | undefined {
  const provided = [...app.get(ModulesContainer).values()].some((module) => module.providers.has(KEY_STORE));
  return provided ? app.get<KeyStore>(KEY_STORE, { strict: false }) : undefined;
}

/** The Nest application of a service, ready to listen. */
export async function buildApp(definition: ServiceDefinition, parts: AppParts): Promise<BuiltApp> {
  const { config, logger, registry } = parts;
  const adapter = new HttpAdapter({ logger, requestTimeoutMs: config.REQUEST_TIMEOUT_MS });
  measureRequests(adapter.getInstance(), registry);
  const authenticator = new Authenticator(config.INTERNAL_TOKEN);
  const openApi = new OpenApiSource(() => buildOpenApi(definition));
  const root = RootModule.of(PlatformModule.with(providersOf(parts, authenticator, openApi)), definition.module);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  const keys = keyStoreOf(app);
  if (keys) authenticator.useKeys(keys);
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalGuards(new AuthGuard(authenticator));
  app.useGlobalInterceptors(new ViewInterceptor(parts.freshness, config.READ_WAIT_MS));
  return { app, authenticator };
}
