import { existsSync } from 'node:fs';
import path from 'node:path';

interface KafkaServer {
  kafkaGlobalSetup(): Promise<void>;
  kafkaGlobalTeardown(): Promise<void>;
}

const MODULE = path.join(__dirname, '..', 'kafka', 'index.ts');

/** Loaded by path: only runs with Kafka specs need it. */
export function kafkaServer(): KafkaServer | undefined {
  return existsSync(MODULE) ? (require(MODULE) as KafkaServer) : undefined;
}
