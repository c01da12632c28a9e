import { logBin } from '@picly/statistics';
import { actionIndex } from './merge-generations';
import type { RatingChange } from './merge-ratings';
import {
  ACTION_COLUMNS,
  addActions,
  addEngagement,
  addGeneration,
  addRating,
  bump,
  BUCKET_MEASURES,
  PROMPT_MEASURES,
  TAG_MEASURES,
} from './measures';
import { isMoved, type ActionFact, type Attribution, type GenerationChange, type GenerationState, type RatingState } from './state';
import { Tally } from './tally';

/** Minutes of the stretches of time that are counted side by side: any zone's days are made of them without a rest. */
export const GRAINS_MINUTES = [15, 60, 1440] as const;
/** Histograms are finer in value and coarser in time; what is shorter than an hour is read from the facts. */
const HISTOGRAM_GRAINS_MINUTES = [60, 1440] as const;

export interface BucketKey {
  readonly grainMinutes: number;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly engine: string;
  readonly modelVersion: string;
}

/** Everything a batch changes in the aggregates. */
export interface Tallies {
  readonly prompts: Tally<{ readonly promptHash: string }>;
  readonly promptEngines: Tally<{ readonly promptHash: string; readonly engine: string }>;
  readonly buckets: Tally<BucketKey>;
  readonly tags: Tally<BucketKey & { readonly tag: string }>;
  readonly bins: Tally<BucketKey & { readonly bin: number }>;
}

const AT_GENERATIONS = { prompt: PROMPT_MEASURES.indexOf('generations'), bucket: BUCKET_MEASURES.indexOf('generations') } as const;
const AT_ACTIONS = { prompt: PROMPT_MEASURES.indexOf(ACTION_COLUMNS[0]), bucket: BUCKET_MEASURES.indexOf(ACTION_COLUMNS[0]) } as const;

const bucketId = (key: BucketKey): string => `${key.grainMinutes} ${key.startsAt} ${key.engine}\n${key.modelVersion}`;

function emptyTallies(): Tallies {
  return {
    prompts: new Tally((key) => key.promptHash, PROMPT_MEASURES.length),
    promptEngines: new Tally((key) => `${key.promptHash} ${key.engine}`, PROMPT_MEASURES.length),
    buckets: new Tally(bucketId, BUCKET_MEASURES.length),
    tags: new Tally((key) => `${bucketId(key)}\n${key.tag}`, TAG_MEASURES.length),
    bins: new Tally((key) => `${bucketId(key)}\n${key.bin}`, 1),
  };
}

function bucketOf(atMs: number, grainMinutes: number, { engine, modelVersion }: Attribution): BucketKey {
  const grainMs = grainMinutes * 60_000;
  return { grainMinutes, startsAt: Math.floor(atMs / grainMs) * grainMs, engine, modelVersion };
}

function countRating(tallies: Tallies, to: Attribution, rating: RatingState, sign: 1 | -1): void {
  if (to.promptHash !== null) {
    addRating(tallies.prompts.of({ promptHash: to.promptHash }), rating, sign);
    addRating(tallies.promptEngines.of({ promptHash: to.promptHash, engine: to.engine }), rating, sign);
  }
  for (const grain of GRAINS_MINUTES) {
    const bucket = bucketOf(rating.ratedAt, grain, to);
    const counters = tallies.buckets.of(bucket);
    addRating(counters, rating, sign);
    addEngagement(counters, rating, sign);
    for (const tag of rating.tags) {
      const ofTag = tallies.tags.of({ ...bucket, tag });
      addRating(ofTag, rating, sign);
      addEngagement(ofTag, rating, sign);
    }
  }
  if (rating.timeToRateMs === null) return;
  for (const grain of HISTOGRAM_GRAINS_MINUTES) {
    bump(tallies.bins.of({ ...bucketOf(rating.ratedAt, grain, to), bin: logBin(rating.timeToRateMs) }), 0, sign);
  }
}

function countGeneration(tallies: Tallies, generation: GenerationState | undefined, sign: 1 | -1): void {
  if (!generation?.known || generation.occurredAt === null) return;
  const { promptHash, engine, actions } = generation;
  if (promptHash !== null) {
    for (const counters of [tallies.prompts.of({ promptHash }), tallies.promptEngines.of({ promptHash, engine })]) {
      addGeneration(counters, AT_GENERATIONS.prompt, actions, sign);
      addActions(counters, AT_ACTIONS.prompt, actions, sign);
    }
  }
  for (const grain of GRAINS_MINUTES) {
    addGeneration(tallies.buckets.of(bucketOf(generation.occurredAt, grain, generation)), AT_GENERATIONS.bucket, actions, sign);
  }
}

function countAction(tallies: Tallies, to: Attribution, action: Omit<ActionFact, 'generationId'>, sign: 1 | -1): void {
  for (const grain of GRAINS_MINUTES)
    bump(tallies.buckets.of(bucketOf(action.occurredAt, grain, to)), AT_ACTIONS.bucket + action.action, sign);
}

/** What was stored about generations that moved: it is counted elsewhere now. */
export interface MovedFacts {
  readonly ratings: readonly RatingState[];
  readonly actions: readonly ActionFact[];
}

function tallyGeneration(tallies: Tallies, change: GenerationChange): void {
  if (change.source !== undefined || change.actionEvents.length > 0) {
    countGeneration(tallies, change.before, -1);
    countGeneration(tallies, change.after, 1);
  }
  for (const event of change.actionEvents) {
    countAction(tallies, change.after, { action: actionIndex(event.data.action), occurredAt: event.occurredAt }, 1);
  }
}

function tallyRating(tallies: Tallies, generation: GenerationChange, { before, after }: RatingChange): void {
  if (before?.eventId === after.eventId) return;
  // A moved generation has taken all its stored ratings along already: the old one counts at the new place by now.
  if (before) countRating(tallies, generation.after, before, -1);
  countRating(tallies, generation.after, after, 1);
}

function tallyMoved(tallies: Tallies, change: GenerationChange, moved: MovedFacts): void {
  const { before, after } = change;
  if (before === undefined) return;
  for (const rating of moved.ratings) {
    countRating(tallies, before, rating, -1);
    countRating(tallies, after, rating, 1);
  }
  for (const action of moved.actions) {
    countAction(tallies, before, action, -1);
    countAction(tallies, after, action, 1);
  }
}

const NOTHING_MOVED: MovedFacts = { ratings: [], actions: [] };

/** The changes of all aggregates: for each generation, what it counts for now less what it counted for before. */
export function tallyChanges(
  generations: ReadonlyMap<string, GenerationChange>,
  ratings: Iterable<RatingChange>,
  moved: ReadonlyMap<string, MovedFacts>,
): Tallies {
  const tallies = emptyTallies();
  for (const [id, change] of generations) {
    tallyGeneration(tallies, change);
    if (isMoved(change)) tallyMoved(tallies, change, moved.get(id) ?? NOTHING_MOVED);
  }
  for (const change of ratings) {
    const generation = generations.get(change.after.generationId);
    if (generation) tallyRating(tallies, generation, change);
  }
  return tallies;
}
