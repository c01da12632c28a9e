import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DemoUsageError, type DemoOptions } from './options';
import type { WorldOptions } from './world/world';

const HOUR_MS = 3_600_000;
const DAYS = 30;

/**
 * Which world lives in the data directory. Its end is kept too: events happen relative to it, and a continued world must
 * be the same events again.
 */
export async function openWorld(dataDir: string, options: DemoOptions, nowMs: number): Promise<WorldOptions> {
  const file = path.join(dataDir, 'demo.json');
  if (options.fresh) await forget(dataDir, file);
  const known = await readWorld(file);
  if (known) return sameWorld(known, options, dataDir);
  const world: WorldOptions = { seed: options.seed, events: options.events, days: DAYS, until: Math.floor(nowMs / HOUR_MS) * HOUR_MS };
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, JSON.stringify(world));
  return world;
}

async function readWorld(file: string): Promise<WorldOptions | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as WorldOptions);
}

/** Only a directory that holds a demo is ever thrown away. */
async function forget(dataDir: string, file: string): Promise<void> {
  if (await readWorld(file)) await rm(dataDir, { recursive: true, force: true });
}

function sameWorld(known: WorldOptions, { seed, events }: DemoOptions, dataDir: string): WorldOptions {
  if (known.seed === seed && known.events === events) return known;
  throw new DemoUsageError(
    `${dataDir} holds the world of --seed ${known.seed} --events ${known.events}: use these, or --fresh to forget it, or another DATA_DIR`,
  );
}
