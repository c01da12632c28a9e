import type { ExperimentState } from '@picly/contracts';
import { changeOfState, type Revision } from '@picly/experiments';
import { changeEvent } from '../experiment-administration';
import type { LifeCycleEvent } from '../experiment-writer';
import type { ResultsRead } from './results-client';

const AUTHOR = 'rule';
/** Weights of a bandit that moved by less are left: a phase for nothing helps nobody. */
const LEAST_MOVE = 0.005;

type Verdict = ResultsRead['decision']['verdict'];

const STATE_AFTER: Readonly<Record<Verdict, ExperimentState | undefined>> = {
  ship: 'shipped',
  roll_back: 'rolled_back',
  stop: 'stopped',
  cannot_tell: 'stopped',
  keep_running: undefined,
};

/** The end that a verdict means, where the rule may act. */
function ending(latest: Revision, { decision }: ResultsRead): LifeCycleEvent | undefined {
  const state = STATE_AFTER[decision.verdict];
  if (state === undefined || latest.definition.decide !== 'act') return undefined;
  const change = changeOfState(latest.state, state);
  if (typeof change !== 'string') return undefined;
  const next = { change, state, definition: latest.definition, arm: state === 'shipped' ? decision.arm : null };
  return changeEvent(latest.experiment, latest.revision + 1, next, { author: AUTHOR, reason: reasonOf(decision.reasons) });
}

const reasonOf = (reasons: readonly string[]): string => reasons.join('; ').slice(0, 2_000);

/** The next phase of a bandit, when its weights moved. */
function reweighting(latest: Revision, { bandit }: ResultsRead): LifeCycleEvent | undefined {
  if (!bandit || latest.state !== 'running') return undefined;
  const arms = latest.definition.arms.map(({ key, weight }) => ({ key, weight: bandit.weights[key] ?? weight }));
  const moved = arms.some(({ weight }, index) => Math.abs(weight - (latest.definition.arms[index]?.weight ?? 0)) >= LEAST_MOVE);
  if (!moved) return undefined;
  const next = { change: 'reweighted', state: latest.state, definition: { ...latest.definition, arms } } as const;
  return changeEvent(latest.experiment, latest.revision + 1, next, { author: AUTHOR, reason: 'top-two Thompson sampling' });
}

function figuresOf({ metrics, health }: ResultsRead): object {
  const primary = metrics.find(({ role }) => role === 'primary');
  return {
    arms: primary?.arms ?? [],
    comparisons: primary?.comparisons ?? [],
    sample_ratio: health.sample_ratio,
    multiple_exposure: health.multiple_exposure,
  };
}

/** What a look at the results puts on record: the verdict with its figures, and what follows from it. `look` numbers the looks. */
export function eventsOfLook(latest: Revision, results: ResultsRead, look: number): readonly LifeCycleEvent[] {
  const change = ending(latest, results) ?? reweighting(latest, results);
  const { verdict, arm, reasons } = results.decision;
  const decided: LifeCycleEvent = {
    type: 'experiment-decided',
    name: JSON.stringify([latest.experiment, look]),
    body: {
      experiment: latest.experiment,
      revision: latest.revision,
      verdict,
      ...(arm !== null && { arm }),
      reasons: [...new Set(reasons)].map((reason) => reason.slice(0, 500)),
      figures_as_of: results.figures_as_of,
      acted: change !== undefined,
      figures: figuresOf(results),
    },
  };
  return change ? [decided, change] : [decided];
}
