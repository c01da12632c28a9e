import { configOrExit, runService } from '@picly/platform';
import { addressLines } from './addresses';
import { readStandaloneConfig } from './config';
import { standalone } from './standalone.module';

async function main(): Promise<void> {
  const { url } = await runService(standalone, configOrExit(readStandaloneConfig));
  process.stdout.write(addressLines(url));
}

void main();
