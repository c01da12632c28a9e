import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { Text } from '../rules';

export class ExperimentExposed extends EventBody {
  @Text({ min: 1, max: 200 })
  experiment!: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The arm shown. Assigned by the definition of the experiment when absent.' })
  variant?: string;

  @Text({ min: 1, max: 200 }, { description: 'The person, as the sender names them. Personal: sealed in the log.' })
  override user_id!: string;
}

export const experimentExposed = defineEvent({
  type: 'experiment-exposed',
  version: 1,
  summary: 'A person saw an arm of an experiment.',
  body: ExperimentExposed,
  personal: ['user_id', 'session_id', 'context'],
  keyedBy: 'person',
  http: { name: 'exposure', browser: true },
  upcasts: {},
});
