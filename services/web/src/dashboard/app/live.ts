import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

export type LiveState = 'live' | 'paused' | 'connecting' | 'lost';

interface Moved {
  readonly views: Readonly<Record<string, unknown>>;
}

/** Rounds are at least so far apart: what moves in a burst is asked for together, and what moves alone at once. */
const GATHER_MS = 250;
/** Views that folded the same event tell so one after the other. */
const TOGETHER_MS = 25;
const ADDRESS = '/api/analytics/live';

function refresh(client: QueryClient, moved: ReadonlySet<string>): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ meta }) => Array.isArray(meta?.['views']) && meta['views'].some((view) => typeof view === 'string' && moved.has(view)),
  });
}

/** Gathers what moved and asks again, one round at a time, so that a busy system is not asked faster than it answers. */
class Refresher {
  private readonly moved = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  private lastRound = 0;

  constructor(private readonly client: QueryClient) {}

  add(views: readonly string[]): void {
    for (const view of views) this.moved.add(view);
    const rest = this.lastRound + GATHER_MS - performance.now();
    this.timer ??= setTimeout(() => void this.run(), Math.max(TOGETHER_MS, rest));
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.timer = undefined;
    if (this.busy || this.moved.size === 0) return;
    const now = new Set(this.moved);
    this.moved.clear();
    this.busy = true;
    this.lastRound = performance.now();
    await refresh(this.client, now).catch(() => undefined);
    this.busy = false;
    if (this.moved.size > 0) this.add([]);
  }
}

/** Keeps figures moving while not paused; the server tells which views moved, and after a break what moved meanwhile. */
export function useLive(paused: boolean): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    if (paused) return undefined;
    setState('connecting');
    const refresher = new Refresher(client);
    const source = new EventSource(ADDRESS);
    source.addEventListener('open', () => setState('live'));
    source.addEventListener('error', () => setState(source.readyState === EventSource.CLOSED ? 'lost' : 'connecting'));
    source.addEventListener('moved', (event: MessageEvent<string>) => {
      const { views } = JSON.parse(event.data) as Moved;
      // The first event names all views: what is on the page is as old as the pause was long.
      refresher.add(Object.keys(views));
    });
    return () => {
      refresher.stop();
      source.close();
    };
  }, [client, paused]);
  return paused ? 'paused' : state;
}
