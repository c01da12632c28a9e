import type { DecodedEvent } from '@picly/contracts';
import type { ExperimentDefinition } from './definition';
import type { Revision } from './life-cycle';
import { METRIC_DEFAULTS } from './metrics';

/** A change as a row of a read model. `definition` is what the event carries: complete, checked before it was written. */
export interface RevisionRow {
  readonly experiment: string;
  readonly revision: number;
  readonly change: Revision['change'];
  readonly state: Revision['state'];
  readonly author: string;
  readonly reason: string | null;
  readonly arm: string | null;
  readonly definition: ExperimentDefinition;
  readonly changed_ms: number;
}

export function revisionRow({ data, occurredAt }: DecodedEvent<'experiment-changed'>): RevisionRow {
  return {
    experiment: data.experiment,
    revision: data.revision,
    change: data.change,
    state: data.state,
    author: data.author,
    reason: data.reason ?? null,
    arm: data.arm ?? null,
    definition: readStored(data.definition),
    changed_ms: occurredAt,
  };
}

/** What metrics learnt to say since an event was written has its default. */
const completed = (definition: ExperimentDefinition): ExperimentDefinition => ({
  ...definition,
  metrics: definition.metrics.map((metric) => ({ ...METRIC_DEFAULTS, ...metric })),
});

export const revisionOf = ({ changed_ms: changedAt, definition, ...row }: RevisionRow): Revision => ({
  ...row,
  definition: completed(definition),
  changedAt,
});

const isDefinition = (value: object): value is ExperimentDefinition => 'arms' in value && 'metrics' in value && 'primary_metric' in value;

/** Throws for what is no definition at all: such an event cannot be folded. */
function readStored(value: object): ExperimentDefinition {
  if (!isDefinition(value)) throw new TypeError('the event carries no definition of an experiment');
  return value;
}
