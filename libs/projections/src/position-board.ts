/** Knows how far versions have folded, as far as this process has seen, and wakes those who wait for more. */
export class PositionBoard {
  private readonly positions = new Map<string, number>();
  private readonly watchers = new Set<() => void>();
  private readonly held = new Set<string>();

  /** The next offset to be folded; 0 when nothing is known. `version` is `<name>@<version>`, `place` is `<topic>/<partition>`. */
  next(version: string, place: string): number {
    return this.positions.get(`${version} ${place}`) ?? 0;
  }

  /** This process folds these places: every step of theirs is reported here. */
  hold(version: string, places: Iterable<string>): void {
    for (const place of places) this.held.add(`${version} ${place}`);
  }

  release(version: string, places: Iterable<string>): void {
    for (const place of places) this.held.delete(`${version} ${place}`);
  }

  isHeld(version: string, place: string): boolean {
    return this.held.has(`${version} ${place}`);
  }

  /** Positions only grow: a report that comes late changes nothing. */
  advance(version: string, positions: Iterable<readonly [place: string, next: number]>): void {
    let grown = false;
    for (const [place, next] of positions) {
      const key = `${version} ${place}`;
      if (next <= (this.positions.get(key) ?? 0)) continue;
      this.positions.set(key, next);
      grown = true;
    }
    if (grown) for (const watcher of [...this.watchers]) watcher();
  }

  /** The one exception: what was folded is not stored any more, and nobody may be told that it is. */
  retreat(version: string, place: string, next: number): void {
    this.positions.set(`${version} ${place}`, next);
  }

  /** True as soon as it is so, false after `timeoutMs`; `look` runs at every change and may ask for looks in between. */
  async when(
    isSo: () => boolean,
    timeoutMs: number,
    look?: { readonly everyMs: number; readonly run: () => Promise<void> },
  ): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    while (!isSo()) {
      const left = until - performance.now();
      if (left <= 0) return false;
      await this.whenChanged(Math.min(left, look?.everyMs ?? left));
      if (look && !isSo()) await look.run();
    }
    return true;
  }

  private whenChanged(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.watchers.add(done);
    });
  }
}
