import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { FreeObject, OneOf, Text, Whole } from '../rules';

/** Where an experiment stands. `stopped`, `shipped` and `rolled_back` are final for enrolment: nobody is exposed for counting any more. */
export const EXPERIMENT_STATES = ['draft', 'running', 'paused', 'stopped', 'shipped', 'rolled_back'] as const;
export type ExperimentState = (typeof EXPERIMENT_STATES)[number];

/** What a change was. `reweighted` changes nothing but the weights and the coverage. */
export const EXPERIMENT_CHANGES = [
  'defined',
  'edited',
  'started',
  'paused',
  'resumed',
  'reweighted',
  'stopped',
  'shipped',
  'rolled_back',
] as const;
export type ExperimentChange = (typeof EXPERIMENT_CHANGES)[number];

export class ExperimentChanged extends EventBody {
  @Text({ min: 1, max: 200 })
  experiment!: string;

  @Whole({ min: 1, max: 1_000_000 }, { description: 'Counts the changes of an experiment, from 1; each revision is a phase.' })
  revision!: number;

  @OneOf(EXPERIMENT_CHANGES)
  change!: ExperimentChange;

  @OneOf(EXPERIMENT_STATES, { description: 'The state after the change.' })
  state!: ExperimentState;

  @Text({ min: 1, max: 200 }, { description: 'Who changed it: a name given by the operator, a key, or the rule that decides.' })
  author!: string;

  @Text({ max: 2_000 }, { optional: true })
  reason?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The arm shipped.' })
  arm?: string;

  @FreeObject({ description: 'The whole definition after the change.' })
  definition!: Record<string, unknown>;
}

export const experimentChanged = defineEvent({
  type: 'experiment-changed',
  version: 1,
  summary: 'An experiment was defined, changed, started, paused, stopped, shipped or rolled back.',
  body: ExperimentChanged,
  personal: ['user_id', 'session_id', 'context'],
  keyedBy: 'experiment',
  http: { name: 'experiment-change', browser: false, internal: true },
  upcasts: {},
});
