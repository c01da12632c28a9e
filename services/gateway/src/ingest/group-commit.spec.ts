import { CommitRefusedError, GroupCommit, type GroupCommitOptions } from './group-commit';

interface Call {
  readonly items: readonly number[];
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

class Bench {
  readonly calls: Call[] = [];
  nowMs = 0;
  readonly queue: GroupCommit<number, string>;
  private arrived: (() => void) | undefined;

  constructor(options: Partial<GroupCommitOptions<number, string>> = {}) {
    this.queue = new GroupCommit({
      sizeOf: () => 10,
      maxWaitingItems: 100,
      maxWaitingBytes: 10_000,
      maxGroupItems: 4,
      deadlineMs: 1_000,
      now: () => this.nowMs,
      commit: (items) =>
        new Promise((resolve, reject) => {
          this.calls.push({ items, finish: () => resolve(items.map((item) => `done ${item}`)), fail: reject });
          this.arrived?.();
        }),
      ...options,
    });
  }

  async call(n: number): Promise<Call> {
    for (;;) {
      const found = this.calls[n];
      if (found) return found;
      await new Promise<void>((resolve) => (this.arrived = resolve));
    }
  }
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof CommitRefusedError ? error.code : String(error)),
  );

describe('group commit', () => {
  test('what arrives in one turn is one group, each parcel gets its own results in order', async () => {
    const bench = new Bench();
    const answers = [bench.queue.submit([1]), bench.queue.submit([2, 3])];
    (await bench.call(0)).finish();
    expect(await Promise.all(answers)).toEqual([['done 1'], ['done 2', 'done 3']]);
    expect(bench.calls.map((call) => call.items)).toEqual([[1, 2, 3]]);
  });

  test('one commit is in flight; what arrives meanwhile waits for the next', async () => {
    const bench = new Bench();
    const first = bench.queue.submit([1]);
    const call = await bench.call(0);
    const rest = [bench.queue.submit([2]), bench.queue.submit([3])];
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.calls).toHaveLength(1);
    call.finish();
    (await bench.call(1)).finish();
    await Promise.all([first, ...rest]);
    expect(bench.calls.map((each) => each.items)).toEqual([[1], [2, 3]]);
  });

  test('a group keeps to its limit and a parcel is never split', async () => {
    const bench = new Bench();
    const answers = [bench.queue.submit([1, 2, 3]), bench.queue.submit([4, 5]), bench.queue.submit([6, 7, 8, 9, 10])];
    for (let n = 0; n < 3; n++) (await bench.call(n)).finish();
    await Promise.all(answers);
    expect(bench.calls.map((call) => call.items)).toEqual([
      [1, 2, 3],
      [4, 5],
      [6, 7, 8, 9, 10],
    ]);
  });

  test('a failed commit refuses its whole group and nothing else', async () => {
    const bench = new Bench();
    const lost = codeOf(bench.queue.submit([1]));
    const call = await bench.call(0);
    const kept = bench.queue.submit([2]);
    call.fail(new Error('broker gone'));
    (await bench.call(1)).finish();
    expect(await lost).toBe('log_unavailable');
    expect(await kept).toEqual(['done 2']);
  });

  test('a commit that never ends is given up at the deadline, and so is what waited behind it', async () => {
    const bench = new Bench({ deadlineMs: 20 });
    const hung = codeOf(bench.queue.submit([1]));
    await bench.call(0);
    const behind = codeOf(bench.queue.submit([2]));
    bench.nowMs = 20;
    expect(await Promise.all([hung, behind])).toEqual(['log_unavailable', 'log_unavailable']);
    expect(bench.calls).toHaveLength(1);
    expect(bench.queue.depth).toBe(0);
  });

  test('a full queue refuses at once, by number and by bytes', async () => {
    const byNumber = new Bench({ maxWaitingItems: 2 });
    const taken = byNumber.queue.submit([1, 2]);
    expect(await codeOf(byNumber.queue.submit([3]))).toBe('overloaded');
    (await byNumber.call(0)).finish();
    await taken;
    const byBytes = new Bench({ maxWaitingBytes: 25 });
    const kept = byBytes.queue.submit([1, 2]);
    expect(await codeOf(byBytes.queue.submit([3]))).toBe('overloaded');
    (await byBytes.call(0)).finish();
    await kept;
  });

  test('draining answers everything taken and refuses the rest', async () => {
    const bench = new Bench();
    const answers = [bench.queue.submit([1, 2, 3, 4]), bench.queue.submit([5])];
    const drained = bench.queue.drain();
    expect(await codeOf(bench.queue.submit([6]))).toBe('shutting_down');
    (await bench.call(0)).finish();
    (await bench.call(1)).finish();
    await drained;
    expect(await Promise.all(answers)).toHaveLength(2);
    expect(await bench.queue.drain()).toBeUndefined();
  });
});
