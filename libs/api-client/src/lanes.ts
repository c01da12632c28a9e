/**
 * Bounded concurrency for a producer that must not run ahead: `start` waits until fewer than `limit` tasks are under way.
 * The first failure is thrown by the next `start` or by `drain`; nothing is started after it.
 */
export class Lanes {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly limit: number) {}

  /** Resolves when the task has begun, not when it ends. */
  async start(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.limit && !this.failure) await Promise.race(this.running);
    this.throwFailure();
    const run = task()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Resolves when everything started has ended well. */
  async drain(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}
