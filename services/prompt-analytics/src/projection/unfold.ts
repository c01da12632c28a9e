import { GENERATION_ACTIONS } from '@picly/contracts';
import type { ErasedEvent, FoldSql } from '@picly/projections';
import { loadGenerations, loadMoved, loadRatings } from './load.fold';
import { PLACEHOLDER } from './merge-generations';
import type { RatingChange } from './merge-ratings';
import type { EVENTS_FOLDED, FoldedEvent, GenerationState, RatingState } from './state';
import { StatementWriter } from './statement-writer';
import { moveRatings, storeGenerations, storeRatings } from './store-facts.fold';
import { storeTallies } from './store-tallies.fold';
import { Tallies } from './tallies';
import { countAction, countGeneration, countRating, tallyMoved } from './tally-changes';
import { forgetPrompts, forgetReports, forgetSupersededReports, takeActions, takeSupersededRatings, type TakenAction } from './unfold.fold';

type Erased = ErasedEvent<(typeof EVENTS_FOLDED)[number]>;

interface GenerationStep {
  readonly before: GenerationState;
  readonly after: GenerationState;
}

const idOf = (event: FoldedEvent): string => event.data.generation_id.toLowerCase();

function withoutActions(state: GenerationState, taken: readonly TakenAction[]): GenerationState {
  if (taken.length === 0) return state;
  const left = (index: number): number =>
    (state.actions[index] ?? 0) - taken.filter(({ action }) => action === GENERATION_ACTIONS[index]).length;
  return { ...state, actions: [left(0), left(1), left(2), left(3), left(4)] };
}

/** What is left of a rating once these events are gone; `after` is absent when nothing is. */
interface RatingStep {
  readonly before: RatingState;
  readonly after: RatingState | undefined;
}

async function unrate(sql: FoldSql, erased: readonly Erased[]): Promise<RatingStep[]> {
  const ratings = erased.filter(({ event }) => event.type === 'rating-submitted');
  if (ratings.length === 0) return [];
  const gone = new Set(ratings.map(({ event }) => event.id));
  const current = await loadRatings(
    sql,
    ratings.map(({ event, rater }) => ({ generationId: idOf(event), rater })),
  );
  const { taken, left } = await takeSupersededRatings(sql, [...current.values()], [...gone]);
  return [...current].map(([key, before]) => {
    const revisions = before.revisions - (taken.get(key) ?? 0);
    if (!gone.has(before.eventId)) return { before, after: { ...before, revisions } };
    const promoted = left.get(key);
    return { before, after: promoted && { ...promoted, revisions: revisions - 1 } };
  });
}

function tallyRatings(tallies: Tallies, steps: readonly RatingStep[], generations: ReadonlyMap<string, GenerationState>): void {
  for (const { before, after } of steps) {
    const generation = generations.get(before.generationId);
    if (!generation || before.eventId === after?.eventId) continue;
    countRating(tallies, generation, before, -1);
    if (after) countRating(tallies, generation, after, 1);
  }
}

/** Every generation concerned without these actions, and as a mere place when it stands as one of these events reported it. */
function stepsOf(
  stored: ReadonlyMap<string, GenerationState>,
  erased: readonly Erased[],
  actions: readonly TakenAction[],
): GenerationStep[] {
  const reports = new Set(
    erased
      .filter(({ event }) => event.type === 'generation-completed')
      .map(({ event }) => `${idOf(event)} ${event.occurredAt} ${event.position.offset}`),
  );
  return [...stored.values()].map((before) => {
    const left = withoutActions(
      before,
      actions.filter((action) => action.generationId === before.generationId),
    );
    const isReported = reports.has(`${before.generationId} ${before.occurredAt} ${before.logOffset}`);
    return { before, after: isReported ? { ...left, ...PLACEHOLDER } : left };
  });
}

function tallyGenerations(tallies: Tallies, steps: readonly GenerationStep[], actions: readonly TakenAction[]): void {
  const before = new Map(steps.map((step) => [step.before.generationId, step.before]));
  for (const { generationId, action, occurredAt } of actions) {
    const generation = before.get(generationId);
    if (generation) countAction(tallies, generation, { action: GENERATION_ACTIONS.indexOf(action), occurredAt }, -1);
  }
  for (const step of steps) {
    countGeneration(tallies, step.before, -1);
    countGeneration(tallies, step.after, 1);
  }
}

/** Takes back reports, ratings and actions, and what they counted for; prompts that nobody else has used go with them. */
export async function unfold(erased: readonly Erased[], sql: FoldSql): Promise<void> {
  const stored = await loadGenerations(sql, [...new Set(erased.map(({ event }) => idOf(event)))]);
  const tallies = new Tallies();
  const writer = new StatementWriter(sql);
  const ratings = await unrate(sql, erased);
  tallyRatings(tallies, ratings, stored);
  const kept = ratings.flatMap(({ before, after }): RatingChange[] => (after ? [{ before, after, superseded: [] }] : []));
  await storeRatings(writer, kept, (id) => stored.get(id));
  await writer.done();
  const actions = await takeActions(
    sql,
    erased.filter(({ event }) => event.type === 'action-tracked').map(({ event }) => event.id),
    [...stored.keys()],
  );
  const steps = stepsOf(stored, erased, actions);
  tallyGenerations(tallies, steps, actions);
  const forgotten = steps.filter(({ before, after }) => before.known && !after.known);
  const moved = await loadMoved(
    sql,
    forgotten.map(({ after }) => after.generationId),
  );
  for (const step of forgotten) tallyMoved(tallies, step, moved.get(step.after.generationId) ?? { ratings: [], actions: [] });
  await forgetReports(
    sql,
    forgotten.map(({ after }) => after.generationId),
  );
  const changes = steps.map((step) => ({ ...step, source: undefined, reports: [], ratingEvents: [], actionEvents: [] }));
  await storeGenerations(writer, changes);
  await moveRatings(
    writer,
    forgotten.map(({ after }) => after.generationId),
  );
  await storeTallies(writer, tallies);
  await writer.done();
  const replaced = await forgetSupersededReports(
    sql,
    erased.map(({ event }) => event),
  );
  await forgetPrompts(sql, [...new Set([...replaced, ...forgotten.flatMap(({ before }) => before.promptHash ?? [])])]);
}
