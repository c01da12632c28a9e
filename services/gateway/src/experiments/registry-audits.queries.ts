import type { Audit } from '@picly/projections';

/** What must hold of the changes of experiments. */
export const AUDITS: readonly Audit[] = [
  {
    name: 'revisions-have-no-gap',
    sql: `select experiment, count(*) as revisions, min(revision) as first, max(revision) as last from experiment_revisions
           group by 1 having min(revision) <> 1 or max(revision) <> count(*)`,
  },
];
