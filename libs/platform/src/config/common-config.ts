import { defineConfig, type ConfigOf } from './define-config';
import { list, oneOf, servers, text, url, whole } from './variable';

/** The settings every service understands. A service spreads them into its own: `defineConfig({ ...COMMON_CONFIG, ... })`. */
export const COMMON_CONFIG = defineConfig({
  HOST: text({ default: '127.0.0.1', meaning: 'Address to listen on; anything but loopback needs a key.' }),
  PORT: whole({ default: 3000, min: 0, max: 65_535, meaning: 'Port to listen on; 0 takes a free one.' }),
  DATA_DIR: text({ default: '.picly', meaning: 'Directory of the embedded Postgres and of local state.' }),
  DATABASE_URL: url(['postgres', 'postgresql'], {
    default: undefined,
    secret: true,
    meaning: 'Postgres to use instead of the embedded one.',
  }),
  DATABASE_CONNECTIONS: whole({ default: 10, min: 2, max: 500, meaning: 'Most connections this process opens to Postgres.' }),
  KAFKA_BROKERS: servers({ default: [], meaning: 'Some brokers; when set, Kafka is the event log, else Postgres.' }),
  KAFKA_REPLICATION: whole({
    default: undefined,
    min: 1,
    max: 9,
    meaning: 'Copies of every partition of topics made here; the default is the broker’s.',
  }),
  KAFKA_TOPIC_SETTINGS: oneOf(['refuse', 'mend'], {
    default: 'refuse',
    meaning: 'What to do at start when topics on Kafka have settings that drop events (retention, compaction): not start, or change them.',
  }),
  LOG_PARTITIONS: whole({
    default: 4,
    min: 1,
    max: 1_000,
    meaning: 'Partitions of every topic: the most instances of a service that share the work. Each costs every round of folding a little.',
  }),
  LOG_RETENTION: list({
    default: [],
    meaning:
      'Topics whose events are dropped after so many days, as topic=days; all others are kept for ever, as views are rebuilt from them.',
  }),
  LOG_RETENTION_OVER_REBUILDS: list({
    default: [],
    meaning: 'Projections that need not be rebuilt from the start: LOG_RETENTION may drop what they have folded.',
  }),
  DEAD_LETTER_LIMIT: whole({
    default: 10_000,
    min: 1,
    max: 10_000_000,
    meaning: 'Most dead letters of a projection; the partition that brings one more waits until some are settled.',
  }),
  AUDIT_INTERVAL_S: whole({
    default: 900,
    min: 0,
    max: 1_000_000,
    meaning: 'Seconds between the audits of the read models (counts, sums, identities); 0 runs them only on request.',
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    meaning: 'Least severe line written to standard error.',
  }),
  INTERNAL_TOKEN: text({
    default: undefined,
    secret: true,
    meaning: 'Shared secret of the gateway and the services behind it; those answer nobody without it once it is set.',
  }),
  READ_WAIT_MS: whole({
    default: 5_000,
    min: 0,
    max: 60_000,
    meaning: 'How long a read with X-Picly-After waits for its view, milliseconds.',
  }),
  REQUEST_TIMEOUT_MS: whole({
    default: 30_000,
    min: 100,
    max: 600_000,
    meaning: 'A request not received completely by then is refused with 408, milliseconds.',
  }),
  SHUTDOWN_TIMEOUT_MS: whole({ default: 20_000, min: 0, max: 600_000, meaning: 'How long a stop waits for work under way, milliseconds.' }),
  METRICS_ACCESS: oneOf(['key', 'open'], {
    default: 'key',
    meaning: 'Whether /metrics of the public door needs a key with scope read once keys exist.',
  }),
});

export type CommonConfig = ConfigOf<typeof COMMON_CONFIG>;
