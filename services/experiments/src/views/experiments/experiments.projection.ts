import type { DecodedEvent } from '@picly/contracts';
import { defineProjection } from '@picly/projections';
import { Experiments1763798400004 } from '../../../migrations/1763798400004-experiments';
import { AUDITS } from './audits.queries';
import { unfoldExperiments } from './unfold-experiments.fold';
import { exposuresOf, saveConversions, saveExposures } from './experiments.fold';

const isExposure = (event: DecodedEvent): event is DecodedEvent<'experiment-exposed'> => event.type === 'experiment-exposed';
const isConversion = (event: DecodedEvent): event is DecodedEvent<'conversion-tracked'> => event.type === 'conversion-tracked';

/** The facts that experiments are judged by: the arm each person saw first, and what they did. */
export const experiments = defineProjection({
  name: 'experiments',
  version: 1,
  events: ['experiment-exposed', 'conversion-tracked'],
  tables: [
    { name: 'ab_experiments', key: ['experiment'] },
    { name: 'experiment_units', key: ['experiment', 'unit'], except: ['log_offset'] },
    { name: 'conversions', key: ['event_id'] },
  ],
  migrations: [Experiments1763798400004],
  audits: AUDITS,
  async fold(events, sql) {
    await saveExposures(sql, exposuresOf(events.filter(isExposure)));
    await saveConversions(sql, events.filter(isConversion));
  },
  unfold: unfoldExperiments,
});
