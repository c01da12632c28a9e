import type { ViewFreshness as Freshness } from '@picly/projections';

export type { AsOf } from '@picly/projections';

/** What the reads of a service ask about its projections. */
export type ViewFreshness = Pick<Freshness, 'waitFor' | 'asOf'>;
