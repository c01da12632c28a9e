import { defineProjection } from '@picly/projections';
import type { DecodedEvent } from '@picly/contracts';
import { Engagement1763798400003 } from '../../../migrations/1763798400003-engagement';
import { SessionUsers1764200200000 } from '../../../migrations/1764200200000-session-users';
import { ACTIVITY_KINDS, activityOf } from './activity';
import { AUDITS } from './audits.queries';
import { unfoldEngagement } from './unfold-engagement.fold';
import { saveActivity, saveProfiles } from './engagement.fold';

const isProfile = (event: DecodedEvent): event is DecodedEvent<'user-profiled'> => event.type === 'user-profiled';

/** Who was active in which quarter hour (days of any zone are made of these), and what is known of each user. */
export const engagement = defineProjection({
  name: 'engagement',
  version: 1,
  events: [...ACTIVITY_KINDS, 'user-profiled'],
  tables: [
    { name: 'user_activity', key: ['slot', 'person'] },
    { name: 'people', key: ['person'] },
    { name: 'session_owners', key: ['session'] },
    { name: 'session_users', key: ['session', 'person'] },
    { name: 'users', key: ['user_id'], except: ['field_versions'] },
  ],
  migrations: [Engagement1763798400003, SessionUsers1764200200000],
  audits: AUDITS,
  async fold(events, sql) {
    await saveActivity(sql, activityOf(events));
    await saveProfiles(sql, events.filter(isProfile));
  },
  unfold: unfoldEngagement,
});
