import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@picly/testing';
import type { Fault } from './fault';
import type { History } from './history';
import { Load } from './load';
import { Observer } from './observe.queries';
import { violationsOf, type Violation } from './oracles';
import { Sender } from './sender';
import type { System } from './system';

export interface RoundReport {
  readonly seed: number;
  readonly fault: string;
  /** How often the fault really happened. */
  readonly injected: number;
  readonly acknowledged: number;
  /** Requests that were made again. */
  readonly repeated: number;
  /** Events that stand in the log more than once. */
  readonly doubled: number;
  readonly violations: readonly Violation[];
}

/** Events go on flowing for so long after the fault. */
const AFTERWARDS_MS = 300;
const SETTLED_WITHIN_MS = 120_000;

interface ProjectionState {
  readonly data: readonly { readonly projection: string; readonly lag_events: number | null }[];
}

/** Resolves when every view stands at the end of the log. */
async function settled(url: string): Promise<void> {
  const giveUpAt = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    let last: string;
    try {
      const response = await fetch(`${url}/api/analytics/admin/projections`, { signal: AbortSignal.timeout(4_000) });
      const state = (await response.json()) as ProjectionState;
      const behind = state.data.filter(({ lag_events: lag }) => lag !== 0);
      if (response.ok && behind.length === 0) return;
      last = behind.map(({ projection, lag_events: lag }) => `${projection} ${lag ?? 'unknown'}`).join(', ');
    } catch (error) {
      last = error instanceof Error ? error.message : 'no answer';
    }
    if (performance.now() > giveUpAt) throw new Error(`the views do not reach the end of the log: ${last}`);
    await sleep(100);
  }
}

/** Sends events, lets one thing go wrong meanwhile, waits until all has settled, and asks the oracles. */
export async function runRound(system: System, fault: Fault, seed: number): Promise<RoundReport> {
  const random = seededRandom(seed);
  const observer = new Observer(() => system.databaseUrl);
  const before = await observer.ends();
  const sender = new Sender(() => system.instances.map(({ url }) => url));
  const load = new Load(seed, sender, seededRandom(seed + 1));
  let isOver = false;
  const injecting = fault
    .inject({ system, random, sleep: (ms) => sleep(ms) })
    .then((injected) => sleep(AFTERWARDS_MS, injected))
    .finally(() => (isOver = true));
  const [injected] = await Promise.all([injecting, load.run(() => isOver)]);
  await system.heal();
  await settled(system.instances[0].url);
  const log = await observer.logFrom(before);
  const ids = [...new Set(log.map(({ eventId }) => eventId))];
  const history: History = {
    acknowledged: sender.acknowledged,
    sequences: load.sequences,
    log,
    views: await observer.views(ids),
    expected: load.expected,
    found: await observer.effects(load.expected.map(({ generationId }) => generationId)),
  };
  return {
    seed,
    fault: fault.name,
    injected,
    acknowledged: sender.acknowledged.size,
    repeated: sender.repeated,
    doubled: log.length - ids.length,
    violations: violationsOf(history),
  };
}
