import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { type Amount, CurrencyCode, Duration, Flag, Money, type Seconds, Text } from '../rules';

export class EngineCallMeasured extends EventBody {
  @Text({ min: 1, max: 200 })
  engine!: string;

  @Text({ min: 1, max: 200 }, { optional: true })
  model_version?: string;

  @Flag()
  success!: boolean;

  @Duration({ description: 'Seconds the engine took.' })
  response_time!: Seconds;

  @Money()
  cost!: Amount;

  @Money()
  revenue!: Amount;

  @CurrencyCode({ optional: true, description: 'USD when absent.' })
  currency?: string;

  @Text({ max: 2000 }, { optional: true, description: 'Why it failed. Personal (it may quote the prompt): sealed in the log.' })
  error?: string;
}

export const engineCallMeasured = defineEvent({
  type: 'engine-call-measured',
  version: 1,
  summary: 'An engine was called without making a generation (a probe, a retry, an upscale).',
  body: EngineCallMeasured,
  personal: ['user_id', 'session_id', 'context', 'error'],
  keyedBy: 'event',
  http: { name: 'engine-metric', browser: false },
  upcasts: {},
});
