/** Which service answers reads, and administration where it begins with `admin/`, below which paths of `/api/analytics`. */
export const SERVICE_PATHS: Readonly<Record<string, readonly string[]>> = {
  'prompt-analytics': ['top-prompts', 'prompt-suggestions', 'prompts', 'ratings', 'actions'],
  'model-performance': ['models'],
  behavior: ['engagement', 'behavior', 'retention', 'cohorts', 'admin/cohorts'],
  experiments: ['experiments'],
  'training-data': ['training-data', 'predict', 'recommend'],
};
