import path from 'node:path';

export interface CliConfig {
  readonly url: string;
  readonly key: string | undefined;
  /** Where the project is: its presets and its entry points. */
  readonly home: string;
  /** For what works on the database and the log themselves: the settings of the system. */
  readonly storage: StorageConfig;
}

export interface StorageConfig {
  readonly databaseUrl: string | undefined;
  /** Directory of the embedded Postgres. */
  readonly dataDir: string;
  readonly kafkaBrokers: readonly string[];
  readonly kafkaReplication: number | undefined;
}

/** The settings of the command line itself. */
export const CLI_VARIABLES = [
  { name: 'PICLY_URL', type: 'url', default: 'http://127.0.0.1:3000', meaning: 'The system that commands talk to.' },
  { name: 'PICLY_KEY', type: 'text', default: '', meaning: 'The key they send; needed once keys exist.', secret: true },
] as const;

export function readCliConfig(env: NodeJS.ProcessEnv = process.env): CliConfig {
  const port = env['PORT'] && env['PORT'] !== '0' ? env['PORT'] : '3000';
  return {
    url: env['PICLY_URL'] || `http://127.0.0.1:${port}`,
    key: env['PICLY_KEY'] || undefined,
    home: path.resolve(__dirname, '../../../..'),
    storage: {
      databaseUrl: env['DATABASE_URL'] || undefined,
      dataDir: path.resolve(env['DATA_DIR'] || '.picly', 'postgres'),
      kafkaBrokers: (env['KAFKA_BROKERS'] ?? '')
        .split(',')
        .map((text) => text.trim())
        .filter((text) => text !== ''),
      kafkaReplication: env['KAFKA_REPLICATION'] ? Number(env['KAFKA_REPLICATION']) : undefined,
    },
  };
}
