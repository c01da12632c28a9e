const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Partitions that rest for a while and are tried again, each time after a longer rest. */
export class Waiting {
  private readonly resting = new Map<string, NodeJS.Timeout>();
  private readonly pauses = new Map<string, number>();

  constructor(private readonly onOver: () => void) {}

  /** Those that wait, or are being tried again. */
  get places(): readonly string[] {
    return [...this.pauses.keys()];
  }

  has(place: string): boolean {
    return this.resting.has(place);
  }

  begin(place: string): void {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * (this.pauses.get(place) ?? FIRST_PAUSE_MS / 2));
    this.pauses.set(place, pauseMs);
    const timer = setTimeout(() => {
      this.resting.delete(place);
      this.onOver();
    }, pauseMs);
    this.resting.set(place, timer.unref());
  }

  /** A try succeeded: the next rest is a short one again. */
  over(place: string): void {
    if (this.pauses.size > 0) this.pauses.delete(place);
  }

  /** Forgets the place. */
  end(place: string): void {
    clearTimeout(this.resting.get(place));
    this.resting.delete(place);
    this.pauses.delete(place);
  }
}
