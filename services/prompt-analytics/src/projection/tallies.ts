import { addTo, BUCKET_MEASURES, newCounters, PROMPT_MEASURES, TAG_MEASURES, type Counters } from './measures';
import type { Attribution } from './state';
import { entry, type TallyRow } from './tally';

/** Minutes of the stretches of time that are counted side by side: any zone's days are made of them without a rest. */
const GRAINS_MINUTES = [15, 60, 1440] as const;
/** The same for tags; what is shorter than an hour is read from the facts. */
const TAG_GRAINS_MINUTES = [60, 1440] as const;
/** Histograms are finer in value and coarser in time: days, and eight days; what is shorter is read from the facts. */
const HISTOGRAM_GRAINS_MINUTES = [1440, 11_520] as const;

export interface BucketKey {
  readonly grainMinutes: number;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly engine: string;
  readonly modelVersion: string;
}

export interface PromptKey {
  readonly promptHash: string;
  readonly engine: string;
}

const MS_PER_MINUTE = 60_000;
const numberOf = (atMs: number, grainMinutes: number): number => Math.floor(atMs / (grainMinutes * MS_PER_MINUTE));

/** What a batch changes for one engine and model version over time; by the number of the shortest bucket since the epoch. */
export class TimeTally {
  private readonly buckets = new Map<number, Counters>();
  private readonly tags = new Map<number, Map<string, Counters>>();
  private readonly bins = new Map<number, Map<number, Counters>>();

  constructor(private readonly attribution: Attribution) {}

  bucketAt(atMs: number): Counters {
    return entry(this.buckets, numberOf(atMs, GRAINS_MINUTES[0]), () => newCounters(BUCKET_MEASURES));
  }

  tagAt(atMs: number, tag: string): Counters {
    const tags = entry(this.tags, numberOf(atMs, TAG_GRAINS_MINUTES[0]), () => new Map<string, Counters>());
    return entry(tags, tag, () => newCounters(TAG_MEASURES));
  }

  binAt(atMs: number, bin: number): Counters {
    const bins = entry(this.bins, numberOf(atMs, HISTOGRAM_GRAINS_MINUTES[0]), () => new Map<number, Counters>());
    return entry(bins, bin, () => [0]);
  }

  *bucketRows(): Generator<TallyRow<BucketKey>> {
    for (const grain of GRAINS_MINUTES) {
      const sums = new Map<number, Counters>();
      for (const [number, counters] of this.buckets)
        addTo(
          entry(sums, coarser(number, GRAINS_MINUTES[0], grain), () => newCounters(BUCKET_MEASURES)),
          counters,
        );
      for (const [number, counters] of sums) yield { key: this.key(grain, number), counters };
    }
  }

  *tagRows(): Generator<TallyRow<BucketKey & { readonly tag: string }>> {
    for (const grain of TAG_GRAINS_MINUTES) {
      for (const [number, tags] of rolledUp(this.tags, TAG_GRAINS_MINUTES[0], grain)) {
        for (const [tag, counters] of tags) yield { key: { ...this.key(grain, number), tag }, counters };
      }
    }
  }

  *binRows(): Generator<TallyRow<BucketKey & { readonly bin: number }>> {
    for (const grain of HISTOGRAM_GRAINS_MINUTES) {
      for (const [number, bins] of rolledUp(this.bins, HISTOGRAM_GRAINS_MINUTES[0], grain)) {
        for (const [bin, counters] of bins) yield { key: { ...this.key(grain, number), bin }, counters };
      }
    }
  }

  private key(grainMinutes: number, number: number): BucketKey {
    const { engine, modelVersion } = this.attribution;
    return { grainMinutes, startsAt: number * grainMinutes * MS_PER_MINUTE, engine, modelVersion };
  }
}

const coarser = (number: number, fromMinutes: number, toMinutes: number): number => Math.floor((number * fromMinutes) / toMinutes);

function rolledUp<Part>(
  finest: ReadonlyMap<number, ReadonlyMap<Part, Counters>>,
  fromMinutes: number,
  toMinutes: number,
): Map<number, Map<Part, Counters>> {
  const sums = new Map<number, Map<Part, Counters>>();
  for (const [number, parts] of finest) {
    const into = entry(sums, coarser(number, fromMinutes, toMinutes), () => new Map<Part, Counters>());
    for (const [part, counters] of parts)
      addTo(
        entry(into, part, () => counters.map(() => 0)),
        counters,
      );
  }
  return sums;
}

/** Everything a batch changes in the aggregates. */
export class Tallies {
  private readonly prompts = new Map<string, Map<string, Counters>>();
  private readonly times = new Map<string, Map<string, TimeTally>>();

  prompt(promptHash: string, engine: string): Counters {
    const engines = entry(this.prompts, promptHash, () => new Map<string, Counters>());
    return entry(engines, engine, () => newCounters(PROMPT_MEASURES));
  }

  time(attribution: Attribution): TimeTally {
    const versions = entry(this.times, attribution.engine, () => new Map<string, TimeTally>());
    return entry(versions, attribution.modelVersion, () => new TimeTally(attribution));
  }

  *promptEngineRows(): Generator<TallyRow<PromptKey>> {
    for (const [promptHash, engines] of this.prompts) {
      for (const [engine, counters] of engines) yield { key: { promptHash, engine }, counters };
    }
  }

  *promptRows(): Generator<TallyRow<Pick<PromptKey, 'promptHash'>>> {
    for (const [promptHash, engines] of this.prompts) {
      const sums = newCounters(PROMPT_MEASURES);
      for (const counters of engines.values()) addTo(sums, counters);
      yield { key: { promptHash }, counters: sums };
    }
  }

  *timeTallies(): Generator<TimeTally> {
    for (const versions of this.times.values()) yield* versions.values();
  }
}
