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
    this.set(version, positions, (next, known) => next > known);
  }

  /** What is stored under a claim of this process, also when it is less: after a crash the database may have forgotten commits. */
  correct(version: string, positions: Iterable<readonly [place: string, next: number]>): void {
    this.set(version, positions, (next, known) => next !== known);
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

  private set(
    version: string,
    positions: Iterable<readonly [place: string, next: number]>,
    isNews: (next: number, known: number) => boolean,
  ): void {
    let changed = false;
    for (const [place, next] of positions) {
      if (!isNews(next, this.next(version, place))) continue;
      this.positions.set(`${version} ${place}`, next);
      changed = true;
    }
    if (changed) for (const watcher of [...this.watchers]) watcher();
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
