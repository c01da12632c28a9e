import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { Decimal, Text } from '../rules';

export class ConversionTracked extends EventBody {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'The experiment it is meant for; any that measures the metric when absent.' })
  experiment?: string;

  @Text({ min: 1, max: 200 })
  metric!: string;

  @Text({ min: 1, max: 200 }, { description: 'The person, as the sender names them. Personal: sealed in the log.' })
  override user_id!: string;

  @Decimal({ min: -1e12, max: 1e12 }, { optional: true, description: '1 when absent.' })
  value?: number;
}

export const conversionTracked = defineEvent({
  type: 'conversion-tracked',
  version: 1,
  summary: 'A person did what a metric counts.',
  body: ConversionTracked,
  personal: ['user_id', 'session_id', 'context'],
  keyedBy: 'person',
  http: { name: 'conversion', browser: true },
  upcasts: {},
});
