import { raterOf } from '@picly/contracts';
import { defineProjection, type FoldSql, type TableSpec } from '@picly/projections';
import { CreatePromptAnalytics1732262400000 } from '../../migrations/1732262400000-create-prompt-analytics';
import { SupersededReports1764200300000 } from '../../migrations/1764200300000-superseded-reports';
import { QualitySquares1796083200000 } from '../../migrations/1796083200000-quality-squares';
import { AUDITS } from './audits.queries';
import { loadGenerations, loadMoved, loadRatings, lockPartitions } from './load.fold';
import { groupByGeneration, mergeGeneration } from './merge-generations';
import { mergeRatings, type RatingChange } from './merge-ratings';
import { EVENTS_FOLDED, isMoved, type FoldedEvent, type GenerationChange } from './state';
import { moveRatings, storeActions, storeGenerations, storeRatings, storeSupersededReports } from './store-facts.fold';
import { countTerms, earliestSightings, storePrompts } from './store-prompts.fold';
import { StatementWriter } from './statement-writer';
import { storeTallies } from './store-tallies.fold';
import { tallyChanges } from './tally-changes';
import { unfold } from './unfold';

const BUCKET_KEY = ['grain_minutes', 'starts_at', 'engine', 'model_version'] as const;

const TABLES: readonly TableSpec[] = [
  { name: 'generations', key: ['generation_id'], except: ['log_offset'] },
  { name: 'ratings', key: ['generation_id', 'rater'], except: ['log_offset'] },
  { name: 'superseded_ratings', key: ['generation_id', 'event_id'], except: ['log_offset'] },
  { name: 'superseded_reports', key: ['generation_id', 'seen_at', 'prompt_hash'], except: ['log_offset'] },
  { name: 'generation_actions', key: ['generation_id', 'event_id'] },
  { name: 'prompts', key: ['prompt_hash'] },
  { name: 'prompt_totals', key: ['prompt_hash'] },
  { name: 'prompt_analytics', key: ['prompt_hash', 'engine'] },
  { name: 'term_frequency', key: ['term'] },
  { name: 'rating_buckets', key: BUCKET_KEY },
  { name: 'tag_buckets', key: [...BUCKET_KEY, 'tag'] },
  { name: 'time_to_rate_bins', key: [...BUCKET_KEY, 'bin'] },
];

/** Reads what is known of the generations, under the lock. */
async function mergeGenerations(events: readonly FoldedEvent[], sql: FoldSql): Promise<Map<string, GenerationChange>> {
  const locked = lockPartitions(sql, events);
  const groups = groupByGeneration(events);
  const [stored] = await Promise.all([loadGenerations(sql, [...groups.keys()]), locked]);
  const changes = new Map<string, GenerationChange>();
  for (const [id, group] of groups) changes.set(id, mergeGeneration(id, stored.get(id), group));
  return changes;
}

async function mergeRatingsOf(changes: readonly GenerationChange[], sql: FoldSql): Promise<Map<string, RatingChange>> {
  const known = changes.filter(({ before }) => before !== undefined);
  const rated = known.flatMap(({ after, ratingEvents }) =>
    ratingEvents.map((event) => ({ generationId: after.generationId, rater: raterOf(event) })),
  );
  const stored = await loadRatings(sql, rated);
  return mergeRatings(
    changes.flatMap((change) => change.ratingEvents),
    stored,
  );
}

async function fold(events: readonly FoldedEvent[], sql: FoldSql): Promise<void> {
  const generations = await mergeGenerations(events, sql);
  const changes = [...generations.values()];
  const ratings = [...(await mergeRatingsOf(changes, sql)).values()];
  const movedIds = changes.filter(isMoved).map(({ after }) => after.generationId);
  const moved = await loadMoved(sql, movedIds);

  const writer = new StatementWriter(sql);
  await storeSupersededReports(writer, changes);
  await storeGenerations(writer, changes);
  await moveRatings(writer, movedIds);
  const tallies = tallyChanges(generations, ratings, moved);
  await storeRatings(writer, ratings, (id) => generations.get(id)?.after);
  await storeActions(
    writer,
    changes.flatMap((change) => change.actionEvents),
  );
  const newPrompts = await storePrompts(sql, earliestSightings(changes));
  await storeTallies(writer, tallies);
  await countTerms(writer, newPrompts);
  await writer.done();
}

/** Generations with their ratings and actions, and what they tell about prompts, engines, tags and times. */
export const promptAnalytics = defineProjection({
  name: 'prompt-analytics',
  version: 2,
  events: EVENTS_FOLDED,
  tables: TABLES,
  sqlViews: ['generation_ratings', 'rating_history'],
  migrations: [CreatePromptAnalytics1732262400000, SupersededReports1764200300000, QualitySquares1796083200000],
  audits: AUDITS,
  fold,
  unfold,
});
