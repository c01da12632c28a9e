import { defineProjection, type ErasedEvent, type FoldSql } from '@picly/projections';
import { EngineCalls1763798400000 } from '../../../migrations/1763798400000-engine-calls';
import { QualitySquares1796083200001 } from '../../../migrations/1796083200001-quality-squares';
import {
  keyOf,
  later,
  nameOf,
  readBatch,
  type CallEvent,
  type CallFacts,
  type CallKey,
  type CallNews,
  type RatingFacts,
  type Ratings,
  type Version,
} from './call-facts';
import { AUDITS } from './audits.queries';
import { Deltas } from './deltas';
import {
  addSums,
  forgetCalls,
  forgetRatings,
  insertNewCalls,
  lockCalls,
  ratingsOf,
  saveRatings,
  SUM_TABLES,
  updateCalls,
  type RatingChange,
} from './model-performance.fold';

/** A touched call as it was, as it is now, and what of it must be written. */
interface Touched extends CallKey {
  readonly known: boolean;
  readonly before: CallFacts | undefined;
  readonly after: CallFacts | undefined;
  readonly ratingsBefore: Ratings;
  readonly ratingsAfter: Ratings;
}

const NONE: Ratings = new Map<string, RatingFacts>();

function mergeRatings(before: Ratings, news: Ratings): Ratings {
  if (news.size === 0) return before;
  const merged = new Map(before);
  for (const [rater, rating] of news) merged.set(rater, later(merged.get(rater), rating));
  return merged;
}

const untouched = (news: CallNews): Touched => ({
  ...news,
  known: false,
  before: undefined,
  after: news.call,
  ratingsBefore: NONE,
  ratingsAfter: news.ratings,
});

/** Locks every call of the batch, then reads what is known of it: nobody else changes it until the end of the transaction. */
async function touch(sql: FoldSql, batch: ReadonlyMap<string, CallNews>): Promise<readonly Touched[]> {
  const inserted = new Set((await insertNewCalls(sql, [...batch.values()])).map(nameOf));
  const fresh = [...batch].filter(([name]) => inserted.has(name)).map(([, news]) => untouched(news));
  if (inserted.size === batch.size) return fresh;
  const locked = await lockCalls(
    sql,
    [...batch].filter(([name]) => !inserted.has(name)).map(([, news]) => news),
  );
  const ratings = await ratingsOf(
    sql,
    locked.filter((each) => each.isGeneration).map((each) => each.callId),
  );
  const others = locked.map((each): Touched => {
    const news = batch.get(nameOf(each));
    const before = each.call;
    const ratingsBefore = (each.isGeneration && ratings.get(each.callId)) || NONE;
    return {
      callId: each.callId,
      isGeneration: each.isGeneration,
      known: true,
      before,
      after: news?.call ? later(before, news.call) : before,
      ratingsBefore,
      ratingsAfter: mergeRatings(ratingsBefore, news?.ratings ?? NONE),
    };
  });
  return [...fresh, ...others];
}

function changedCalls(touched: readonly Touched[]): (CallKey & { readonly call: CallFacts })[] {
  return touched.flatMap((each) => (each.known && each.after && each.after !== each.before ? [{ ...each, call: each.after }] : []));
}

function changedRatings(touched: readonly Touched[]): RatingChange[] {
  return touched.flatMap(({ callId, ratingsBefore, ratingsAfter }) =>
    [...ratingsAfter]
      .filter(([rater, rating]) => ratingsBefore.get(rater) !== rating)
      .map(([rater, rating]) => ({ ...rating, generationId: callId, rater })),
  );
}

function deltasOf(touched: readonly Touched[]): Deltas {
  const deltas = new Deltas();
  for (const { before, after, ratingsBefore, ratingsAfter } of touched) {
    if (before === after && ratingsBefore === ratingsAfter) continue;
    if (before) deltas.add(before, ratingsBefore, -1);
    if (after) deltas.add(after, ratingsAfter, 1);
  }
  return deltas;
}

async function saveSums(sql: FoldSql, deltas: Deltas): Promise<void> {
  const changes = deltas.changes();
  await Promise.all([
    addSums(sql, SUM_TABLES.slots, changes.slots),
    addSums(sql, SUM_TABLES.slotCauses, changes.slotCauses),
    addSums(sql, SUM_TABLES.durations, changes.durations),
    addSums(sql, SUM_TABLES.days, changes.days),
    addSums(sql, SUM_TABLES.dayCauses, changes.dayCauses),
    addSums(sql, SUM_TABLES.monthDurations, changes.monthDurations),
  ]);
}

/** Takes back what is known by these events: calls that stand as they reported them, and the ratings of the people they name. */
async function unfold(erased: readonly ErasedEvent<CallEvent['type']>[], sql: FoldSql): Promise<void> {
  const keys = new Map(erased.map(({ event }) => [nameOf(keyOf(event)), keyOf(event)]));
  // A rating of the call may have its time and, in a topic of its own, its offset.
  const reports = new Set(
    erased
      .filter(({ event }) => event.type !== 'rating-submitted')
      .map(({ event }) => reportOf(keyOf(event), { at: event.occurredAt, offset: event.position.offset })),
  );
  const raters = new Set(erased.filter(({ rater }) => rater !== '').map(({ event, rater }) => `${nameOf(keyOf(event))} ${rater}`));
  const locked = await lockCalls(sql, [...keys.values()]);
  const ratings = await ratingsOf(
    sql,
    locked.filter((each) => each.isGeneration).map((each) => each.callId),
  );
  const touched = locked.map((each): Touched => {
    const { callId, isGeneration, call: before } = each;
    const ratingsBefore = (isGeneration && ratings.get(callId)) || NONE;
    const ratingsAfter = new Map([...ratingsBefore].filter(([rater]) => !raters.has(`${nameOf(each)} ${rater}`)));
    const after = before && reports.has(reportOf(each, before)) ? undefined : before;
    return { callId, isGeneration, known: true, before, after, ratingsBefore, ratingsAfter };
  });
  await forgetCalls(
    sql,
    touched.filter(({ before, after }) => before !== after),
  );
  await forgetRatings(sql, touched.flatMap(goneRatings));
  await saveSums(sql, deltasOf(touched));
}

const reportOf = (key: CallKey, version: Version): string => `${nameOf(key)} ${version.at} ${version.offset}`;

function goneRatings({ callId, ratingsBefore, ratingsAfter }: Touched): { generationId: string; rater: string }[] {
  return [...ratingsBefore.keys()].filter((rater) => !ratingsAfter.has(rater)).map((rater) => ({ generationId: callId, rater }));
}

/**
 * What engines deliver: every call once (a generation id costs once, however often it is retried), and sums of calls and of
 * their ratings by day and quarter hour. Ratings count at the time of the call they rate.
 */
export const modelPerformance = defineProjection({
  name: 'model-performance',
  version: 2,
  events: ['generation-completed', 'engine-call-measured', 'rating-submitted'],
  tables: [
    { name: 'calls', key: ['call_id', 'is_generation'], except: ['log_offset'] },
    { name: 'call_ratings', key: ['generation_id', 'rater'], except: ['log_offset'] },
    { name: 'model_performance', key: ['day', 'engine', 'model_version', 'currency'] },
    { name: 'model_performance_slots', key: ['slot', 'engine', 'model_version', 'currency'] },
    { name: 'failure_causes', key: ['day', 'engine', 'model_version', 'cause'] },
    { name: 'failure_cause_slots', key: ['slot', 'engine', 'model_version', 'cause'] },
    { name: 'duration_histogram', key: ['day', 'engine', 'model_version', 'bin'] },
    { name: 'duration_histogram_months', key: ['month', 'engine', 'model_version', 'bin'] },
  ],
  migrations: [EngineCalls1763798400000, QualitySquares1796083200001],
  audits: AUDITS,
  async fold(events, sql) {
    const touched = await touch(sql, readBatch(events));
    await Promise.all([
      updateCalls(sql, changedCalls(touched)),
      saveRatings(sql, changedRatings(touched)),
      saveSums(sql, deltasOf(touched)),
    ]);
  },
  unfold,
});
