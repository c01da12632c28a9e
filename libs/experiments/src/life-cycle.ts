import { isDeepStrictEqual } from 'node:util';
import type { ExperimentChange, ExperimentState, FieldError } from '@picly/contracts';
import type { ExperimentDefinition } from './definition';

/** An experiment after one of its changes. */
export interface Revision {
  readonly experiment: string;
  /** From 1. */
  readonly revision: number;
  readonly change: ExperimentChange;
  readonly state: ExperimentState;
  readonly author: string;
  readonly reason: string | null;
  /** The arm shipped. */
  readonly arm: string | null;
  readonly definition: ExperimentDefinition;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

const NEXT: Readonly<Record<ExperimentState, readonly ExperimentState[]>> = {
  draft: ['running'],
  running: ['paused', 'stopped', 'shipped', 'rolled_back'],
  paused: ['running', 'stopped', 'shipped', 'rolled_back'],
  stopped: ['shipped', 'rolled_back'],
  shipped: [],
  rolled_back: [],
};

const CHANGE_TO: Readonly<Record<Exclude<ExperimentState, 'draft'>, ExperimentChange>> = {
  running: 'started',
  paused: 'paused',
  stopped: 'stopped',
  shipped: 'shipped',
  rolled_back: 'rolled_back',
};

/** Whether people may be enrolled, or were and still convert. */
export const isUnderWay = (state: ExperimentState): boolean => state === 'running' || state === 'paused';

/** What a change of state is called, or why it cannot be. */
export function changeOfState(from: ExperimentState, to: ExperimentState): ExperimentChange | FieldError {
  if (to === 'draft' || !NEXT[from].includes(to)) {
    const next = NEXT[from].join(', ');
    const message =
      next === '' ? `an experiment that is ${from} stays so: define a new one` : `an experiment that is ${from} can become ${next}`;
    return { pointer: '/state', code: 'state_transition', message };
  }
  return from === 'paused' && to === 'running' ? 'resumed' : CHANGE_TO[to];
}

const METRIC_FIELDS = ['metrics', 'primary_metric', 'secondary_metrics', 'guardrails'] as const;
/** What may change while people are enrolled: a change of the split is a new phase; the rest does not touch what was counted. */
const FREE_UNDER_WAY: ReadonlySet<keyof ExperimentDefinition> = new Set<keyof ExperimentDefinition>([
  'hypothesis',
  'coverage',
  'look_interval_hours',
  'decide',
  'bandit_floor',
]);

/** Postgres gives the members of objects back in another order. */
const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b);

function frozenError(field: keyof ExperimentDefinition): FieldError {
  if (METRIC_FIELDS.some((name) => name === field)) {
    const message = 'metrics cannot change under way: what was seen of them would choose them. Stop it and define a new experiment';
    return { pointer: `/${field}`, code: 'metric_changed_under_way', message };
  }
  const message = 'this cannot change under way: what was counted would not fit any more. Stop it and define a new experiment';
  return { pointer: `/${field}`, code: 'frozen_under_way', message };
}

const armKeys = ({ arms }: ExperimentDefinition): readonly string[] => arms.map(({ key }) => key);

/** What an edit is called, or what of it cannot be. A draft may change in every way; under way only the split and what nothing was counted by. */
export function changeOfDefinition(
  state: ExperimentState,
  before: ExperimentDefinition,
  after: ExperimentDefinition,
): ExperimentChange | readonly FieldError[] {
  const changed = (Object.keys(after) as (keyof ExperimentDefinition)[]).filter((field) => !same(before[field], after[field]));
  if (state === 'draft') return 'edited';
  if (!isUnderWay(state)) {
    return [{ pointer: '', code: 'state_transition', message: `an experiment that is ${state} cannot change: define a new one` }];
  }
  const errors = changed.flatMap((field): FieldError[] => {
    if (FREE_UNDER_WAY.has(field)) return [];
    if (field === 'arms' && same(armKeys(before), armKeys(after))) return [];
    return [frozenError(field)];
  });
  if (errors.length > 0) return errors;
  return changed.includes('arms') || changed.includes('coverage') ? 'reweighted' : 'edited';
}
