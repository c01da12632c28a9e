import { createHash } from 'node:crypto';
import type { ExperimentDefinitions } from '@picly/assignment';
import { forAssignment } from '@picly/experiments';
import { Cached } from '../keys/cached';
import type { RegistryQueries } from './registry.queries';

const MAX_AGE_MS = 1_000;
const MAX_AGE_IN_TROUBLE_MS = 600_000;

export interface DefinitionsDocument {
  readonly definitions: ExperimentDefinitions;
  /** What each experiment randomises. */
  readonly units: ReadonlyMap<string, 'user' | 'session'>;
  /** As JSON, and its entity tag. */
  readonly text: string;
  readonly etag: string;
}

/** What clients assign by: every experiment but drafts. A second old at most; what was known last while the database is away. */
export class DefinitionsDirectory {
  private readonly cached: Cached<DefinitionsDocument>;

  constructor(registry: Pick<RegistryQueries, 'latest'>) {
    this.cached = new Cached(async () => documentOf(await registry.latest()), {
      maxAgeMs: MAX_AGE_MS,
      maxAgeInTroubleMs: MAX_AGE_IN_TROUBLE_MS,
      maxEntries: 1,
      now: Date.now,
    });
  }

  async document(): Promise<DefinitionsDocument> {
    return this.cached.get('all');
  }
}

function documentOf(revisions: Awaited<ReturnType<RegistryQueries['latest']>>): DefinitionsDocument {
  const definitions: ExperimentDefinitions = {
    version: 1,
    experiments: revisions.filter(({ state }) => state !== 'draft').map(forAssignment),
  };
  const text = JSON.stringify(definitions);
  const units = new Map(revisions.map(({ experiment, definition }) => [experiment, definition.unit] as const));
  return { definitions, units, text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}
