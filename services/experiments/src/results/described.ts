import type { ExperimentDefinition, Phase, Timeline } from '@picly/experiments';

/** A stretch of time in which nothing about the experiment changed. */
export interface PhaseView {
  /** The revision that began it. */
  readonly revision: number;
  /** RFC 3339; null: what was exposed before the experiment was started counts in its first phase. */
  readonly from: string | null;
  readonly state: Phase['state'];
  readonly weights: Readonly<Record<string, number>>;
}

/** What is said about an experiment, apart from what was seen of it. */
export interface Described {
  readonly key: string;
  readonly state: Timeline['state'];
  readonly revision: number;
  /** The latest; null before the first run. */
  readonly phase: PhaseView | null;
  readonly hypothesis: string;
  readonly mode: ExperimentDefinition['mode'];
  readonly unit: ExperimentDefinition['unit'];
  readonly primary_metric: string;
  readonly secondary_metrics: readonly string[];
  readonly guardrails: ExperimentDefinition['guardrails'];
  /** Everything, with all defaults: arms with weights, metrics, targeting and so on. */
  readonly definition: ExperimentDefinition;
}

export const phaseView = ({ revision, from, state, arms }: Phase): PhaseView => ({
  revision,
  from: Number.isFinite(from) ? new Date(from).toISOString() : null,
  state,
  weights: Object.fromEntries(arms.map(({ key, weight }) => [key, weight])),
});

export function describe({ experiment, state, revision, definition, phases }: Timeline): Described {
  const last = phases.at(-1);
  const { hypothesis, mode, unit, primary_metric, secondary_metrics, guardrails } = definition;
  return {
    key: experiment,
    state,
    revision,
    phase: last ? phaseView(last) : null,
    hypothesis,
    mode,
    unit,
    primary_metric,
    secondary_metrics,
    guardrails,
    definition,
  };
}
