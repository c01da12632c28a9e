import { logBin } from '@picly/statistics';
import { ACTION_COLUMNS, addActions, addEngagement, addGeneration, addRating, bump, BUCKET_MEASURES, PROMPT_MEASURES } from './measures';
import { actionIndex } from './merge-generations';
import type { RatingChange } from './merge-ratings';
import { isMoved, type ActionFact, type Attribution, type GenerationChange, type GenerationState, type RatingState } from './state';
import { Tallies } from './tallies';

const AT_GENERATIONS = { prompt: PROMPT_MEASURES.indexOf('generations'), bucket: BUCKET_MEASURES.indexOf('generations') } as const;
const AT_ACTIONS = { prompt: PROMPT_MEASURES.indexOf(ACTION_COLUMNS[0]), bucket: BUCKET_MEASURES.indexOf(ACTION_COLUMNS[0]) } as const;

/** Counts a rating (sign 1) or takes it back (sign -1). */
export function countRating(tallies: Tallies, to: Attribution, rating: RatingState, sign: 1 | -1): void {
  if (to.promptHash !== null) addRating(tallies.prompt(to.promptHash, to.engine), rating, sign);
  const time = tallies.time(to);
  const counters = time.bucketAt(rating.ratedAt);
  addRating(counters, rating, sign);
  addEngagement(counters, rating, sign);
  for (const tag of rating.tags) {
    const ofTag = time.tagAt(rating.ratedAt, tag);
    addRating(ofTag, rating, sign);
    addEngagement(ofTag, rating, sign);
  }
  if (rating.timeToRateMs !== null) bump(time.binAt(rating.ratedAt, logBin(rating.timeToRateMs)), 0, sign);
}

/** Counts a known generation and its kinds of actions, or takes them back. */
export function countGeneration(tallies: Tallies, generation: GenerationState | undefined, sign: 1 | -1): void {
  if (!generation?.known || generation.occurredAt === null) return;
  const { promptHash, engine, actions } = generation;
  if (promptHash !== null) {
    const counters = tallies.prompt(promptHash, engine);
    addGeneration(counters, AT_GENERATIONS.prompt, actions, sign);
    addActions(counters, AT_ACTIONS.prompt, actions, sign);
  }
  addGeneration(tallies.time(generation).bucketAt(generation.occurredAt), AT_GENERATIONS.bucket, actions, sign);
}

/** Counts an action when it happened, or takes it back. */
export function countAction(tallies: Tallies, to: Attribution, action: Omit<ActionFact, 'generationId'>, sign: 1 | -1): void {
  bump(tallies.time(to).bucketAt(action.occurredAt), AT_ACTIONS.bucket + action.action, sign);
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

/** Counts what is stored about a generation at its new place instead of its old one. */
export function tallyMoved(tallies: Tallies, change: Pick<GenerationChange, 'before' | 'after'>, moved: MovedFacts): void {
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
  const tallies = new Tallies();
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
