import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { type Amount, CurrencyCode, Duration, Flag, FreeObject, Money, type Seconds, Text, Uuid } from '../rules';

export class GenerationCompleted extends EventBody {
  @Uuid()
  generation_id!: string;

  @Text({ max: 20_000 }, { description: 'The prompt as typed. Personal: sealed in the log.' })
  prompt!: string;

  @Text({ min: 1, max: 200 })
  engine!: string;

  @Text({ min: 1, max: 200 }, { optional: true })
  model_version?: string;

  @Flag({ description: 'Whether a picture came out.' })
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

  @Text({ max: 2000 }, { optional: true, description: 'Personal: sealed in the log.' })
  image_url?: string;

  @FreeObject({ optional: true, description: 'Settings of the generator. Personal (negative prompts): sealed in the log.' })
  parameters?: Record<string, unknown>;
}

export const generationCompleted = defineEvent({
  type: 'generation-completed',
  version: 1,
  summary: 'The generator finished a picture, or failed to.',
  body: GenerationCompleted,
  personal: ['user_id', 'session_id', 'context', 'prompt', 'error', 'image_url', 'parameters'],
  keyedBy: 'generation',
  http: { name: 'generation', browser: false },
  upcasts: {},
});
