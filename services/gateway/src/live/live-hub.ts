import { movedEvent, movedSince, stampOf } from './movement';
import type { ViewMovement } from './movement.queries';

/** Far below a second, so that a figure has moved within one. */
const LOOK_EVERY_MS = 200;

/** Somebody who watches. */
export interface Watcher {
  /** Where the watcher stands; undefined at first. */
  stamp: string | undefined;
  readonly send: (text: string) => void;
}

export interface LiveDeps {
  readonly views: () => Promise<readonly ViewMovement[]>;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/** Looks at the positions of the views while anybody watches, once for all watchers, and tells each what moved since it was told last. */
export class LiveHub {
  private readonly watchers = new Set<Watcher>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(private readonly deps: LiveDeps) {}

  get size(): number {
    return this.watchers.size;
  }

  /** Answers how to stop watching. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS);
    void this.look();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      this.tell(await this.deps.views());
    } catch (error) {
      // The database is away: watchers see that nothing moves, and the next look may succeed.
      this.deps.onError(error);
    } finally {
      this.looking = false;
    }
  }

  private tell(views: readonly ViewMovement[]): void {
    const stamp = stampOf(views);
    for (const watcher of this.watchers) {
      if (watcher.stamp === stamp) continue;
      const moved = movedSince(watcher.stamp, views);
      watcher.stamp = stamp;
      if (moved.length > 0) watcher.send(movedEvent(moved, views, this.deps.clock()));
    }
  }
}
