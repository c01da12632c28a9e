/** Something happened: wakes everybody who waits. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next `notify`, at the latest after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }
}

/** Waiting time before try number `failures` + 1: doubling, capped, spread so that many do not come back at once. */
export function backOffMs(failures: number, firstMs: number, mostMs: number): number {
  const delay = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return delay * (0.75 + Math.random() * 0.5);
}

/** The promise's outcome, or `undefined` when it takes longer; the promise itself goes on and never goes unhandled. */
export async function atMost<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
