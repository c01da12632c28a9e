import { defineProjection } from '@picly/projections';
import { TrainingData1763798400001 } from '../../../migrations/1763798400001-training-data';
import { AUDITS } from './audits.queries';
import { unfoldExamples } from './unfold-examples.fold';
import { readBatch, relabel, saveGenerations, saveRatings } from './training-data.fold';

/** One example per rated generation: features of its prompt, labels of its raters, and a split that never separates equal prompts. */
export const trainingData = defineProjection({
  name: 'training-data',
  version: 1,
  events: ['generation-completed', 'rating-submitted'],
  tables: [
    { name: 'training_generations', key: ['generation_id'], except: ['log_offset', 'change_no'] },
    { name: 'training_ratings', key: ['generation_id', 'rater'], except: ['log_offset'] },
  ],
  sqlViews: ['ml_training_data'],
  migrations: [TrainingData1763798400001],
  audits: AUDITS,
  async fold(events, sql) {
    const news = readBatch(events);
    if (news.generationIds.length === 0) return;
    await Promise.all([saveGenerations(sql, news), saveRatings(sql, news.ratings), relabel(sql, news.generationIds)]);
  },
  unfold: unfoldExamples,
});
