import { setTimeout as sleep } from 'node:timers/promises';
import type { LogPosition } from '@picly/event-log';
import { seededRandom } from '@picly/testing';
import type { Fault, FaultContext } from './fault';
import type { Effects, History, ViewContents } from './history';
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
const SETTLED_WITHIN_MS = 300_000;

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

/** Sends events, lets one thing go wrong meanwhile, waits until all has settled, and asks the oracles. Never rejects. */
export async function runRound(system: System, fault: Fault, seed: number): Promise<RoundReport> {
  const sender = new Sender(() => system.instances.map(({ url }) => url));
  const report = { seed, fault: fault.name, injected: 0, doubled: 0 };
  const sums = () => ({ acknowledged: sender.acknowledged.size, repeated: sender.repeated });
  try {
    const { history, injected } = await liveThrough(system, fault, { seed, sender });
    const doubled = history.log.length - new Set(history.log.map(({ eventId }) => eventId)).size;
    return { ...report, ...sums(), injected, doubled, violations: violationsOf(history) };
  } catch (error) {
    const said = system.instances.map((instance) => instance.said.trim().split('\n').slice(-3).join(' / '));
    const examples = [error instanceof Error ? error.message : String(error), ...said];
    return { ...report, ...sums(), violations: [{ oracle: 'stuck', count: 1, examples }] };
  }
}

interface Lived {
  readonly history: History;
  readonly injected: number;
}

async function liveThrough(system: System, fault: Fault, { seed, sender }: { seed: number; sender: Sender }): Promise<Lived> {
  const observer = new Observer(system);
  const since = await observer.ends();
  const load = new Load(seed, sender, seededRandom(seed + 1));
  const [told, forsaken]: [string[], string[]] = [[], []];
  const checks: ((views: readonly ViewContents[]) => readonly string[])[] = [];
  const context: FaultContext = {
    system,
    seed,
    since,
    random: seededRandom(seed),
    sleep: (ms) => sleep(ms),
    broken: (what) => void told.push(what),
    expect: (effects) => void load.expected.push(effects),
    forsake: (id) => void forsaken.push(id),
    later: (check) => void checks.push(check),
  };
  let isOver = false;
  const injecting = fault
    .inject(context)
    .then((injected) => sleep(AFTERWARDS_MS, injected))
    .finally(() => (isOver = true));
  const [injected] = await Promise.all([injecting, load.run(() => isOver)]);
  await system.heal();
  if (!fault.isFinal) await settled(system.instances[0].url);
  const look = async (): Promise<History> => {
    const { acknowledged } = sender;
    const { sequences, expected } = load;
    const seen = await looked(observer, since, expected);
    return { acknowledged, sequences, expected, forsaken, ...seen, told: [...told, ...checks.flatMap((check) => check(seen.views))] };
  };
  return { history: fault.isFinal ? await lookUntilWell(look) : await look(), injected };
}

async function looked(
  observer: Observer,
  since: readonly LogPosition[],
  expected: readonly Effects[],
): Promise<Pick<History, 'log' | 'views' | 'found'>> {
  const log = await observer.logFrom(since);
  const ids = [...new Set(log.map(({ eventId }) => eventId))];
  const found = await observer.effects(expected.map(({ generationId }) => generationId));
  return { log, views: await observer.views(ids), found };
}

/** Where a partition stands still for good nobody says when the others have settled: looks until all is well, or patience ends. */
async function lookUntilWell(look: () => Promise<History>): Promise<History> {
  const giveUpAt = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const history = await look();
    if (violationsOf(history).length === 0 || performance.now() > giveUpAt) return history;
    await sleep(500);
  }
}
