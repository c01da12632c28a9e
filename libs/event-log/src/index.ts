export * from './errors';
export { createKafkaLog } from './kafka/kafka-log';
export type { KafkaLogOptions } from './kafka/options';
export * from './partitioner';
export * from './port';
export { createPostgresLog, logMigrations, type PostgresLogOptions } from './postgres/postgres-log';
