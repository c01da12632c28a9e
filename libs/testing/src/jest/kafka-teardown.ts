import { kafkaGlobalTeardown } from '../kafka';
import { stopTestServer } from './postgres-server';

export default async function teardown(): Promise<void> {
  await kafkaGlobalTeardown();
  await stopTestServer();
}
