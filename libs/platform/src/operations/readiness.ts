import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the part works, rejects (or takes too long) when it does not. */
export type Check = () => Promise<unknown>;

export interface ReadinessAnswer {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: Readonly<Record<string, string>>;
}

/** Not ready for a reason that may be told to everybody. */
export class NotReadyError extends Error {}

const REMEMBERED_MS = 1_000;

/** Whether every part the process depends on answers. Asked at most once a second, only when somebody asks. */
export class Readiness {
  private last: { readonly at: number; readonly answer: Promise<ReadinessAnswer> } | undefined;

  constructor(
    private readonly checks: Readonly<Record<string, Check>>,
    private readonly draining: () => boolean,
    /** Parts whose trouble is to be seen, but makes the process no less able to answer. */
    private readonly notes: Readonly<Record<string, Check>> = {},
    private readonly timeoutMs = 2_000,
  ) {}

  /** Whether the process can do its work, all of it (`ok`) or most of it, and `ok` or the reason by part. */
  async check(): Promise<ReadinessAnswer> {
    if (this.draining()) return { status: 'unavailable', checks: { process: 'stopping' } };
    const now = performance.now();
    if (this.last === undefined || now - this.last.at > REMEMBERED_MS) this.last = { at: now, answer: this.askAll() };
    return this.last.answer;
  }

  private async askAll(): Promise<ReadinessAnswer> {
    const [parts, notes] = await Promise.all([this.askEach(this.checks), this.askEach(this.notes)]);
    const fails = ([, state]: readonly [string, string]): boolean => state !== 'ok';
    const status = parts.some(fails) ? 'unavailable' : notes.some(fails) ? 'degraded' : 'ok';
    return { status, checks: Object.fromEntries([...parts, ...notes.filter(fails)]) };
  }

  private askEach(checks: Readonly<Record<string, Check>>): Promise<(readonly [string, string])[]> {
    return Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await this.ask(check)] as const));
  }

  private async ask(check: Check): Promise<string> {
    const enough = new AbortController();
    const late = sleep(this.timeoutMs, 'does not answer in time', { signal: enough.signal }).catch(() => 'ok');
    try {
      return await Promise.race([check().then(() => 'ok'), late]);
    } catch (error) {
      if (error instanceof NotReadyError) return error.message;
      // A code, not a message: the answer is public.
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'DEAD_LETTERS_FULL') return 'too many: partitions wait (DEAD_LETTERS_FULL)';
      return typeof code === 'string' ? `does not answer (${code})` : 'does not answer';
    } finally {
      enough.abort();
    }
  }
}
