import { configOrExit, runService } from '@picly/platform';
import { addressLines } from './addresses';
import { readStandaloneConfig } from './config';
import { releaseMemoryWhenIdle } from './idle-memory';
import { standalone } from './standalone.module';

async function main(): Promise<void> {
  const { url } = await runService(standalone, configOrExit(readStandaloneConfig));
  process.stdout.write(addressLines(url));
  releaseMemoryWhenIdle();
}

void main();
