import { configOrExit, runService } from '@picly/platform';
import { addressLines } from './addresses';
import { readDemoConfig, type StandaloneConfig } from './config';
import { DEMO_HELP, DemoUsageError, readDemoOptions, type DemoOptions } from './demo/options';
import { playDemo } from './demo/run-demo';
import { openWorld } from './demo/world-file';
import { standalone } from './standalone.module';

const EXIT_USAGE = 64;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(options: DemoOptions, config: StandaloneConfig): Promise<void> {
  const world = await openWorld(config.DATA_DIR, options, Date.now());
  const service = await runService(standalone, config);
  say(
    `demo world: seed ${world.seed}, ${world.days} days up to ${new Date(world.until).toISOString().slice(0, 16)}Z, data in ${config.DATA_DIR}`,
  );
  const { text, differing } = await playDemo(service.url, world, say);
  say(`${text}\n\nLook yourself:\n${addressLines(service.url)}`);
  if (options.keepRunning) {
    say('The system stays up; Ctrl-C ends it.');
    return;
  }
  await service.close();
  process.exit(differing.length === 0 ? 0 : 1);
}

async function main(): Promise<void> {
  try {
    const options = readDemoOptions(process.argv.slice(2), process.stdout.isTTY === true);
    if (!options) return say(DEMO_HELP);
    await run(options, configOrExit(readDemoConfig));
  } catch (error) {
    const isUsage = error instanceof DemoUsageError;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(isUsage ? EXIT_USAGE : 1);
  }
}

void main();
