import { createPool } from '@picly/database';
import { foldEvents, installProjections, type Projection } from '@picly/projections';
import type { DecodedEvent } from '@picly/contracts';
import { syntheticEvents, type SyntheticWorld } from './synthetic-events';

export interface SeedReport {
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** CPU seconds of this process, the making of the events left out as far as it can be. */
  readonly nodeCpuSeconds: number;
}

export interface SeedOptions {
  readonly world: SyntheticWorld;
  readonly batchSize: number;
  readonly onProgress?: (events: number, eventsPerSecond: number) => void;
}

function* batchesOf(events: Iterable<DecodedEvent>, size: number): Generator<DecodedEvent[]> {
  let batch: DecodedEvent[] = [];
  for (const event of events) {
    batch.push(event);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Fills read models with a synthetic world by folding its events as the runner would; only folding is timed. */
export async function seedReadModels(url: string, projections: readonly Projection[], options: SeedOptions): Promise<SeedReport> {
  await installProjections(url, projections);
  const pool = createPool({ url, maxConnections: 2, applicationName: 'picly seed' });
  let events = 0;
  let ms = 0;
  let cpuMicros = 0;
  try {
    for (const batch of batchesOf(syntheticEvents(options.world), options.batchSize)) {
      const startedAt = performance.now();
      const cpu = process.cpuUsage();
      for (const projection of projections) await foldEvents(pool, projection, batch);
      const used = process.cpuUsage(cpu);
      ms += performance.now() - startedAt;
      cpuMicros += used.user + used.system;
      events += batch.length;
      options.onProgress?.(events, (batch.length * 1000) / (performance.now() - startedAt));
    }
    // Readers of a fresh bulk load would plan without knowing how large the tables are.
    await pool.query('vacuum (analyze)');
  } finally {
    await pool.close();
  }
  return { events, seconds: ms / 1000, eventsPerSecond: (events * 1000) / ms, nodeCpuSeconds: cpuMicros / 1e6 };
}
