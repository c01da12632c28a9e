import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the part works, rejects (or takes too long) when it does not. */
export type Check = () => Promise<unknown>;

const REMEMBERED_MS = 1_000;

/** Whether every part the process depends on answers. Asked at most once a second, only when somebody asks. */
export class Readiness {
  private last: { readonly at: number; readonly answer: Promise<Record<string, string>> } | undefined;

  constructor(
    private readonly checks: Readonly<Record<string, Check>>,
    private readonly draining: () => boolean,
    private readonly timeoutMs = 2_000,
  ) {}

  /** `ok` or the reason, by part. */
  async check(): Promise<Record<string, string>> {
    if (this.draining()) return { process: 'stopping' };
    const now = performance.now();
    if (this.last === undefined || now - this.last.at > REMEMBERED_MS) this.last = { at: now, answer: this.askAll() };
    return this.last.answer;
  }

  private async askAll(): Promise<Record<string, string>> {
    const states = Object.entries(this.checks).map(async ([name, check]) => [name, await this.ask(check)] as const);
    return Object.fromEntries(await Promise.all(states));
  }

  private async ask(check: Check): Promise<string> {
    const enough = new AbortController();
    const late = sleep(this.timeoutMs, 'does not answer in time', { signal: enough.signal }).catch(() => 'ok');
    try {
      return await Promise.race([check().then(() => 'ok'), late]);
    } catch (error) {
      // A code, not a message: the answer is public.
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
      return typeof code === 'string' ? `does not answer (${code})` : 'does not answer';
    } finally {
      enough.abort();
    }
  }
}
