import { placeOf } from '../names';
import type { PartitionProgress, Progress } from './jobs';

interface Place {
  readonly topic: string;
  readonly partition: number;
}

interface Sample {
  readonly atMs: number;
  readonly positions: ReadonlyMap<string, number>;
}

/** Rates are taken over this stretch, so that they do not jump with every batch. */
const WINDOW_MS = 10_000;

/** How fast a version is built, from looks at its positions. */
export class Pace {
  private readonly samples: Sample[] = [];

  constructor(
    private readonly places: readonly Place[],
    /** By place where each began at the very first start. */
    private readonly first: ReadonlyMap<string, number>,
  ) {}

  /** `ends`: where each place is to come to, as far as is known. */
  look(atMs: number, positions: ReadonlyMap<string, number>, ends: ReadonlyMap<string, number>): Progress {
    this.samples.push({ atMs, positions });
    while (this.samples.length > 2 && (this.samples[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.samples.shift();
    const partitions = this.places.map((place) => this.partition(place, ends));
    const rate = partitions.reduce((sum, each) => sum + each.events_per_second, 0);
    const left = partitions.reduce((sum, each) => sum + Math.max(0, each.end - each.position), 0);
    const firstOf = (each: PartitionProgress): number => this.first.get(placeOf(each)) ?? 0;
    return {
      events: partitions.reduce((sum, each) => sum + Math.max(0, each.position - firstOf(each)), 0),
      total: partitions.reduce((sum, each) => sum + Math.max(0, each.end - firstOf(each)), 0),
      events_per_second: Math.round(rate),
      remaining_s: remaining(left, rate),
      partitions,
    };
  }

  private partition({ topic, partition }: Place, ends: ReadonlyMap<string, number>): PartitionProgress {
    const place = placeOf({ topic, partition });
    const [oldest, latest] = [this.samples[0], this.samples.at(-1)];
    const position = latest?.positions.get(place) ?? 0;
    const rate = rateOf(oldest, latest, place);
    const end = Math.max(position, ends.get(place) ?? 0);
    return { topic, partition, position, end, events_per_second: Math.round(rate), remaining_s: remaining(end - position, rate) };
  }
}

function rateOf(oldest: Sample | undefined, latest: Sample | undefined, place: string): number {
  const [from, to] = [oldest?.positions.get(place), latest?.positions.get(place)];
  const seconds = oldest && latest ? (latest.atMs - oldest.atMs) / 1_000 : 0;
  return seconds > 0 && from !== undefined && to !== undefined ? Math.max(0, to - from) / seconds : 0;
}

function remaining(left: number, rate: number): number | null {
  if (left <= 0) return 0;
  return rate > 0 ? Math.ceil(left / rate) : null;
}
