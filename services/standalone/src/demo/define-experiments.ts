import type { ApiClient } from '@picly/api-client';
import { EXPERIMENTS, type Experiment } from './world/truth';

const ADMIN = '/api/analytics/admin/experiments';
const SAID = { author: 'demo', reason: 'the world of the demo has it' } as const;

interface Defined {
  readonly state: string;
  readonly revision: number;
}

function definitionOf({ key, hypothesis, metric, arms }: Experiment): object {
  return {
    key,
    hypothesis,
    arms: arms.map(({ variant }) => ({ key: variant })),
    primary_metric: `converted:${metric}`,
    guardrails: [{ metric: 'failure_rate', tolerated_harm: 0.5 }],
    minimum_hours: 24,
  };
}

/** Defines the experiments of the world and starts them, as their owner would; those of an earlier run stay as they are. */
export async function defineExperiments(client: ApiClient): Promise<void> {
  for (const experiment of EXPERIMENTS) {
    await client.post(ADMIN, { ...definitionOf(experiment), ...SAID }, { accept: [409] });
    const { state, revision } = await client.get<Defined>(`${ADMIN}/${experiment.key}`);
    if (state === 'draft') await client.post(`${ADMIN}/${experiment.key}/state`, { state: 'running', revision, ...SAID });
  }
}
