import { COMMON_CONFIG, readConfig, type CommonConfig } from '@picly/platform';

/** Throws `ConfigError` naming every wrong variable. */
export const readServiceConfig = (environment = process.env): CommonConfig => readConfig(COMMON_CONFIG, environment);
