import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { Duration, FreeObject, type Seconds, Text } from '../rules';

export class BehaviorTracked extends EventBody {
  @Text({ min: 1, max: 200 }, { description: 'The visit. Personal: sealed in the log.' })
  override session_id!: string;

  @Text({ min: 1, max: 200 }, { description: 'What was done, such as button_click.' })
  action!: string;

  @FreeObject({ optional: true, description: 'Personal: sealed in the log.' })
  details?: Record<string, unknown>;

  @Text({ max: 2000 }, { optional: true, description: 'The page it was done on. Personal: sealed in the log.' })
  page?: string;

  @FreeObject({ optional: true, description: 'Device and screen; derived from the user agent when absent. Personal: sealed in the log.' })
  device?: Record<string, unknown>;

  @Duration({ optional: true, description: 'How long the interaction took.' })
  time?: Seconds;
}

export const behaviorTracked = defineEvent({
  type: 'behavior-tracked',
  version: 1,
  summary: 'Somebody did something on a page.',
  body: BehaviorTracked,
  personal: ['user_id', 'session_id', 'context', 'details', 'page', 'device'],
  keyedBy: 'person',
  http: { name: 'behavior', browser: true },
  upcasts: {},
});
