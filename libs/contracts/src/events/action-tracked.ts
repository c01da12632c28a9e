import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { FreeObject, OneOf, Uuid } from '../rules';

/** What people do with a generation. */
export const GENERATION_ACTIONS = ['download', 'share', 'edit', 'regenerate', 'use'] as const;
export type GenerationAction = (typeof GENERATION_ACTIONS)[number];

export class ActionTracked extends EventBody {
  @Uuid()
  generation_id!: string;

  @OneOf(GENERATION_ACTIONS)
  action!: GenerationAction;

  @FreeObject({ optional: true, description: 'Personal: sealed in the log.' })
  details?: Record<string, unknown>;
}

export const actionTracked = defineEvent({
  type: 'action-tracked',
  version: 1,
  summary: 'A generation was downloaded, shared, edited, regenerated or used in a project.',
  body: ActionTracked,
  personal: ['user_id', 'session_id', 'context', 'details'],
  keyedBy: 'generation',
  http: { name: 'action', browser: true },
  upcasts: {},
});
