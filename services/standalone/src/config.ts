import { COMMON_CONFIG, defineConfig, readConfig, type ConfigOf } from '@picly/platform';
import { GATEWAY_SETTINGS } from '../../gateway/src/config';

/** The settings of all services: in one process every one of them is the same for all. */
export const STANDALONE_CONFIG = defineConfig({ ...COMMON_CONFIG, ...GATEWAY_SETTINGS });

export type StandaloneConfig = ConfigOf<typeof STANDALONE_CONFIG>;

/** Throws `ConfigError` naming every wrong variable. */
export const readStandaloneConfig = (environment = process.env): StandaloneConfig => readConfig(STANDALONE_CONFIG, environment);

/** The demo has a data directory of its own, and says nothing but its own lines. */
export const readDemoConfig = (environment = process.env): StandaloneConfig =>
  readStandaloneConfig({
    ...environment,
    DATA_DIR: environment['DATA_DIR'] || '.picly-demo',
    LOG_LEVEL: environment['LOG_LEVEL'] || 'warn',
  });
