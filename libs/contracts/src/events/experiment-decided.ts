import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { Flag, FreeObject, Instant, OneOf, Text, Whole, Words } from '../rules';

/** What the rule can say. `stop` ends a test that cannot be trusted or does harm, without naming a winner. */
export const EXPERIMENT_VERDICTS = ['ship', 'roll_back', 'keep_running', 'cannot_tell', 'stop'] as const;
export type ExperimentVerdict = (typeof EXPERIMENT_VERDICTS)[number];

export class ExperimentDecided extends EventBody {
  @Text({ min: 1, max: 200 })
  experiment!: string;

  @Whole({ min: 1, max: 1_000_000 }, { description: 'The revision that was judged.' })
  revision!: number;

  @OneOf(EXPERIMENT_VERDICTS)
  verdict!: ExperimentVerdict;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The arm the verdict is about.' })
  arm?: string;

  @Words({ maxItems: 50, maxLength: 500 }, { description: 'Why, in sentences.' })
  reasons!: string[];

  @Instant({ description: 'The moment the figures are of.' })
  figures_as_of!: string;

  @Flag({ description: 'Whether the rule also changed the experiment.' })
  acted!: boolean;

  @FreeObject({ optional: true, description: 'The figures it was judged by, as they were.' })
  figures?: Record<string, unknown>;
}

export const experimentDecided = defineEvent({
  type: 'experiment-decided',
  version: 1,
  summary: 'The rule judged an experiment: ship, roll back, keep running, cannot tell, or stop.',
  body: ExperimentDecided,
  personal: ['user_id', 'session_id', 'context'],
  keyedBy: 'experiment',
  http: { name: 'experiment-decision', browser: false, internal: true },
  upcasts: {},
});
