import { kafkaServer } from './kafka-server';
import { stopTestServer } from './postgres-server';

export default async function teardown(): Promise<void> {
  await kafkaServer()?.kafkaGlobalTeardown();
  await stopTestServer();
}
