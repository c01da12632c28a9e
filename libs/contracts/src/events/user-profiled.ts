import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { FreeObject, Instant, Text } from '../rules';

export class UserProfiled extends EventBody {
  @Text({ min: 1, max: 200 }, { description: 'The person, as the sender names them. Personal: sealed in the log.' })
  override user_id!: string;

  @Instant({ optional: true })
  signed_up_at?: string;

  @Text({ max: 200 }, { optional: true })
  acquisition_source?: string;

  @Text({ max: 200 }, { optional: true })
  plan?: string;

  @FreeObject({ optional: true, description: 'Anything else known of the person. Personal: sealed in the log.' })
  traits?: Record<string, unknown>;
}

export const userProfiled = defineEvent({
  type: 'user-profiled',
  version: 1,
  summary: 'What is known of a person changed. Fields that are absent keep their value.',
  body: UserProfiled,
  personal: ['user_id', 'session_id', 'context', 'traits'],
  keyedBy: 'person',
  http: { name: 'user', browser: false },
  upcasts: {},
});
