import { count, duration } from './figures';

/** What a progress line tells. `done` and `total` measure the work, `items` is what the rate counts. */
export interface ProgressState {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly items: number;
  readonly noun: string;
  readonly elapsedMs: number;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5_000;

function shareOf({ done, total }: ProgressState): number {
  return total > 0 ? Math.min(1, done / total) : 0;
}

function remaining(state: ProgressState): string {
  const share = shareOf(state);
  if (share >= 1) return `took ${duration(state.elapsedMs)}`;
  return share > 0 ? `${duration((state.elapsedMs / share) * (1 - share))} left` : '';
}

function facts(state: ProgressState): string {
  const perSecond = state.elapsedMs > 0 ? (state.items / state.elapsedMs) * 1000 : 0;
  const percentDone = `${Math.floor(shareOf(state) * 100)} %`.padStart(5);
  return [percentDone, `${count(state.items)} ${state.noun}`, `${count(perSecond)}/s`, remaining(state)].filter(Boolean).join('  ');
}

/** One line with a bar, rate and remaining time, cut to the width of the terminal. */
export function barLine(state: ProgressState, width: number): string {
  const filled = Math.round(shareOf(state) * BAR_WIDTH);
  const bar = '\u2588'.repeat(filled) + '\u2591'.repeat(BAR_WIDTH - filled);
  return `${state.label} ${bar} ${facts(state)}`.slice(0, Math.max(20, width - 1));
}

/** The same without a bar, for logs. */
export function plainLine(state: ProgressState): string {
  return `${state.label}: ${facts(state).trim()}`;
}

interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly label: string;
  readonly noun: string;
  readonly total: number;
  readonly stream: TerminalStream;
  readonly now?: () => number;
}

/** A progress bar on a terminal, a line every five seconds elsewhere. */
export class Progress {
  private readonly now: () => number;
  private readonly startedAt: number;
  private drawnAt = -Infinity;
  private done = 0;
  private items = 0;
  private total: number;

  constructor(private readonly options: ProgressOptions) {
    this.now = options.now ?? (() => performance.now());
    this.startedAt = this.now();
    this.total = options.total;
    if (!options.stream.isTTY) this.drawnAt = this.startedAt;
  }

  /** There is more, or less, to do than was known. */
  resize(total: number): void {
    this.total = total;
  }

  update(done: number, items: number): void {
    this.done = done;
    this.items = items;
    const due = this.drawnAt + (this.options.stream.isTTY ? REDRAW_MS : PLAIN_LINE_MS);
    if (this.now() >= due) this.draw();
  }

  /** A line of text above the bar. */
  say(line: string): void {
    this.options.stream.write(this.options.stream.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
    if (this.options.stream.isTTY) this.draw();
  }

  /** The last state, then a line break. */
  finish(): void {
    this.draw();
    if (this.options.stream.isTTY) this.options.stream.write('\n');
  }

  private draw(): void {
    const { stream, label, noun } = this.options;
    const { total } = this;
    this.drawnAt = this.now();
    const state = { label, noun, total, done: this.done, items: this.items, elapsedMs: this.drawnAt - this.startedAt };
    stream.write(stream.isTTY ? `\r\x1b[K${barLine(state, stream.columns ?? 80)}` : `${plainLine(state)}\n`);
  }
}
