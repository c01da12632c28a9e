import { kafkaServer } from './kafka-server';
import { startTestServer } from './postgres-server';

export default async function setup(): Promise<void> {
  await startTestServer();
  await kafkaServer()?.kafkaGlobalSetup();
}
