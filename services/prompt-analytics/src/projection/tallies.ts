import { BUCKET_MEASURES, PROMPT_MEASURES, TAG_MEASURES } from './measures';
import type { Attribution } from './state';
import { Tally } from './tally';

/** Minutes of the stretches of time that are counted side by side: any zone's days are made of them without a rest. */
export const GRAINS_MINUTES = [15, 60, 1440] as const;
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

interface PromptEngineKey {
  readonly promptHash: string;
  readonly engine: string;
}

/** Everything a batch changes in the aggregates. */
export interface Tallies {
  readonly prompts: Tally<{ readonly promptHash: string }>;
  readonly promptEngines: Tally<PromptEngineKey>;
  readonly buckets: Tally<BucketKey>;
  readonly tags: Tally<BucketKey & { readonly tag: string }>;
  readonly bins: Tally<BucketKey & { readonly bin: number }>;
}

const bucketId = (key: BucketKey): string => `${key.startsAt} ${key.grainMinutes} ${key.engine}\n${key.modelVersion}`;

const newBuckets = (): Tallies['buckets'] => new Tally(bucketId, BUCKET_MEASURES.length);
const newTags = (): Tallies['tags'] => new Tally((key) => `${bucketId(key)}\n${key.tag}`, TAG_MEASURES.length);
const newBins = (): Tallies['bins'] => new Tally((key) => `${bucketId(key)}\n${key.bin}`, 1);

/** The finest counts; all others are sums of them. */
export type FinestTallies = Omit<Tallies, 'prompts'>;

export function emptyTallies(): FinestTallies {
  return {
    promptEngines: new Tally((key) => `${key.promptHash} ${key.engine}`, PROMPT_MEASURES.length),
    buckets: newBuckets(),
    tags: newTags(),
    bins: newBins(),
  };
}

function coarser<Key extends BucketKey>(grainMinutes: number): (key: Key) => Key {
  return (key) => ({ ...key, grainMinutes, startsAt: startOf(key.startsAt, grainMinutes) });
}

function allGrains<Key extends BucketKey>(finest: Tally<Key>, empty: Tally<Key>, grains: readonly number[]): Tally<Key> {
  for (const grain of grains) empty.addAll(finest, coarser(grain));
  return empty;
}

/** The finest counts with everything that is a sum of them. */
export function withSums(finest: FinestTallies): Tallies {
  const prompts: Tallies['prompts'] = new Tally((key) => key.promptHash, PROMPT_MEASURES.length);
  return {
    prompts: prompts.addAll(finest.promptEngines, ({ promptHash }) => ({ promptHash })),
    promptEngines: finest.promptEngines,
    buckets: allGrains(finest.buckets, newBuckets(), GRAINS_MINUTES),
    tags: allGrains(finest.tags, newTags(), TAG_GRAINS_MINUTES),
    bins: allGrains(finest.bins, newBins(), HISTOGRAM_GRAINS_MINUTES),
  };
}

function startOf(atMs: number, grainMinutes: number): number {
  const grainMs = grainMinutes * 60_000;
  return Math.floor(atMs / grainMs) * grainMs;
}

/** The shortest bucket an instant falls into. */
export const bucketAt = (atMs: number, attribution: Attribution): BucketKey => bucketOf(atMs, GRAINS_MINUTES[0], attribution);
export const tagBucketAt = (atMs: number, attribution: Attribution): BucketKey => bucketOf(atMs, TAG_GRAINS_MINUTES[0], attribution);
export const histogramBucketAt = (atMs: number, attribution: Attribution): BucketKey =>
  bucketOf(atMs, HISTOGRAM_GRAINS_MINUTES[0], attribution);

function bucketOf(atMs: number, grainMinutes: number, { engine, modelVersion }: Attribution): BucketKey {
  return { grainMinutes, startsAt: startOf(atMs, grainMinutes), engine, modelVersion };
}
