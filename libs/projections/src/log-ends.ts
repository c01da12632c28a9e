import type { EventLog, PartitionBounds } from '@picly/event-log';
import { isYoung } from './age';
import { placeOf } from './names';

const KEEP_MS = 250;
const MAX_SAMPLES = 240;

interface Sample {
  readonly at: number;
  readonly end: number;
}

/** Where the log ended, and when. */
export interface Ends {
  readonly at: number;
  readonly byPlace: ReadonlyMap<string, PartitionBounds>;
}

const keyOf = (topics: readonly string[]): string => [...topics].sort().join(' ');

/** The ends of the log, asked for at most four times a second, and what they were before: how long something is behind. */
export class LogEnds {
  private readonly history = new Map<string, Sample[]>();
  private readonly latest = new Map<string, Promise<Ends>>();
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly log: Pick<EventLog, 'bounds'>,
    private readonly clock: () => number,
  ) {}

  of(topics: readonly string[]): Promise<Ends> {
    const key = keyOf(topics);
    const known = this.latest.get(key);
    if (known && isYoung(this.clock(), this.askedAt.get(key) ?? 0, KEEP_MS)) return known;
    return this.now(topics);
  }

  /** Not before this call: whoever waits until nothing is behind must not be told of a log that was shorter. */
  now(topics: readonly string[]): Promise<Ends> {
    const key = keyOf(topics);
    this.askedAt.set(key, this.clock());
    const asked = this.ask(topics).catch((error: unknown) => {
      this.latest.delete(key);
      throw error;
    });
    this.latest.set(key, asked);
    return asked;
  }

  /** How long ago the partition was first seen to end behind `offset`, milliseconds; 0 when it was not. */
  behindMs(place: string, offset: number): number {
    const samples = this.history.get(place) ?? [];
    while (samples[0] && samples[0].end <= offset) samples.shift();
    return samples[0] ? Math.max(0, this.clock() - samples[0].at) : 0;
  }

  private async ask(topics: readonly string[]): Promise<Ends> {
    const at = this.clock();
    const bounds = await this.log.bounds(topics);
    const byPlace = new Map(bounds.map((bound) => [placeOf(bound), bound]));
    for (const [place, { end }] of byPlace) this.remember(place, { at, end });
    return { at, byPlace };
  }

  private remember(place: string, sample: Sample): void {
    const samples = this.history.get(place) ?? [];
    this.history.set(place, samples);
    if ((samples.at(-1)?.end ?? 0) >= sample.end) return;
    samples.push(sample);
    // The oldest stays: it is the one that says for how long. Of the others any may go.
    if (samples.length > MAX_SAMPLES) samples.splice(1, 1);
  }
}
