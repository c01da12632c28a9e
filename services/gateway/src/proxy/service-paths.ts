import { IMPORT_LIMIT_BYTES } from '@picly/experiments';

/** Which service answers reads, and administration where it begins with `admin/`, below which paths of `/api/analytics`. */
export const SERVICE_PATHS: Readonly<Record<string, readonly string[]>> = {
  'prompt-analytics': ['top-prompts', 'prompt-suggestions', 'prompts', 'ratings', 'actions'],
  'model-performance': ['models'],
  behavior: ['engagement', 'behavior', 'retention', 'cohorts', 'admin/cohorts'],
  experiments: ['experiments'],
  'training-data': ['training-data', 'predict', 'recommend'],
};

export interface ReadingCall {
  readonly path: string;
  /** Of the body, where it is not the one of most calls. */
  readonly limitBytes?: number;
}

/** Calls below those paths that are sent with a body and change nothing: they need what reading needs. */
export const READING_CALLS: Readonly<Record<string, readonly ReadingCall[]>> = {
  experiments: [
    { path: 'experiments/analyze' },
    { path: 'experiments/assign' },
    { path: 'experiments/adjust' },
    { path: 'experiments/plan' },
    { path: 'experiments/import', limitBytes: IMPORT_LIMIT_BYTES },
  ],
};
