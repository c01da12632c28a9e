import { defineProjection } from '@picly/projections';
import { UserBehavior1763798400002 } from '../../../migrations/1763798400002-user-behavior';
import { unfoldBehavior } from './unfold-behavior.fold';
import { AUDITS } from './audits.queries';
import { saveFacts, saveVisits, visitsOf } from './user-behavior.fold';

/** Every interaction as a fact, and the visits they make. */
export const userBehavior = defineProjection({
  name: 'user-behavior',
  version: 1,
  events: ['behavior-tracked'],
  tables: [
    { name: 'user_behavior', key: ['event_id'], except: ['change_no'] },
    { name: 'sessions', key: ['session_id'] },
    { name: 'session_pages', key: ['session_id', 'page_hash'] },
  ],
  migrations: [UserBehavior1763798400002],
  audits: AUDITS,
  async fold(events, sql) {
    if (events.length === 0) return;
    await Promise.all([saveVisits(sql, visitsOf(events)), saveFacts(sql, events)]);
  },
  unfold: unfoldBehavior,
});
