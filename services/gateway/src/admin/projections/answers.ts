import type { AuditResult, Checks, Difference, JobAnswer, VersionAnswer } from '@picly/projections';

const PLACE = { topic: 'picly.rating-submitted', partition: 3 };

export const JOB_EXAMPLE: JobAnswer = {
  id: 7,
  pass: '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01',
  kind: 'rebuild',
  projection: 'prompt-analytics',
  base_version: 1,
  version: 2,
  code_version: 1,
  switch: 'always',
  until: null,
  label: null,
  state: 'building',
  message: null,
  progress: {
    events: 1_000_000,
    total: 2_000_000,
    events_per_second: 20_000,
    remaining_s: 50,
    partitions: [{ ...PLACE, position: 100, end: 200, events_per_second: 2_000, remaining_s: 1 }],
  },
  comparison: {
    base_version: 1,
    built_version: 2,
    positions: [{ ...PLACE, offset: 200 }],
    differences: 0,
    tables: [{ table: 'ratings', base_rows: 10, built_rows: 10, base_digest: '9e107d9d', built_digest: '9e107d9d', differences: 0 }],
  },
  starts: 1,
  owner: 'host/1234',
  requested_at: '2026-03-01T08:00:00.000Z',
  started_at: '2026-03-01T08:00:01.000Z',
  finished_at: null,
};

export const VERSION_EXAMPLE: VersionAnswer = {
  projection: 'prompt-analytics',
  version: 2,
  code_version: 1,
  schema_name: 'prompt_analytics_v2',
  state: 'live',
  label: null,
  active: true,
  installed_at: '2026-03-01T08:00:00.000Z',
};

export const DIFFERENCE_EXAMPLE: Difference & { readonly n: number } = {
  n: 1,
  table: 'prompt_totals',
  key: { prompt_hash: '9f86d081' },
  kind: 'changed',
  columns: ['r5'],
};

export const AUDIT_EXAMPLE: AuditResult = {
  projection: 'prompt-analytics',
  version: 2,
  audit: 'ratings-per-engine-add-up',
  ran_at: '2026-03-01T08:00:00.000Z',
  took_ms: 12,
  offending: 0,
  sample: [],
  error: null,
};

export const CHECKS_EXAMPLE: Checks = {
  verifications: [
    {
      projection: 'prompt-analytics',
      version: 2,
      job: 7,
      finished_at: '2026-03-01T08:00:00.000Z',
      differences: 0,
      message: 'equal to version 2 after the same events',
    },
  ],
  audits: [AUDIT_EXAMPLE],
};
