import { defineProjection } from '@picly/projections';
import { ArmsSeen1797000000000 } from '../../../migrations/1797000000000-arms-seen';
import { firstSightings, saveSightings, unfoldSightings } from './arms-seen.fold';

/** The arm of each experiment that a person saw first: what the facts of ratings are told apart by. */
export const armsSeen = defineProjection({
  name: 'arms-seen',
  version: 1,
  events: ['experiment-exposed'],
  tables: [{ name: 'arms_seen', key: ['user_id', 'experiment'], except: ['log_offset'] }],
  migrations: [ArmsSeen1797000000000],
  fold: (events, sql) => saveSightings(sql, firstSightings(events)),
  unfold: unfoldSightings,
});
