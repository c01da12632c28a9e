/** Which service answers reads, and administration where it begins with `admin/`, below which paths of `/api/analytics`. */
export const SERVICE_PATHS: Readonly<Record<string, readonly string[]>> = {
  'prompt-analytics': ['top-prompts', 'prompt-suggestions', 'prompts', 'ratings', 'actions'],
  'model-performance': ['models'],
  behavior: ['engagement', 'behavior', 'retention', 'cohorts', 'admin/cohorts'],
  experiments: ['experiments'],
  'training-data': ['training-data', 'predict', 'recommend'],
};

/** Calls below those paths that are sent with a body and change nothing: they need what reading needs. */
export const READING_CALLS: Readonly<Record<string, readonly string[]>> = {
  experiments: ['experiments/analyze', 'experiments/assign', 'experiments/adjust', 'experiments/plan', 'experiments/import'],
};
