import { kafkaGlobalSetup } from '../kafka';
import { startTestServer } from './postgres-server';

export default async function setup(): Promise<void> {
  await startTestServer();
  await kafkaGlobalSetup();
}
