import type { InstalledVersion } from '../versions';
import type { Job } from './jobs';

/** A job as the API tells it. */
export interface JobAnswer extends Omit<
  Job,
  'requested_at' | 'started_at' | 'finished_at' | 'fence' | 'definition' | 'pass' | 'cancelled'
> {
  /** Jobs of one pass read the log together. */
  readonly pass: string;
  readonly requested_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface VersionAnswer extends Omit<InstalledVersion, 'installed_at' | 'definition'> {
  readonly installed_at: string;
}

export function jobAnswer({ fence: _, definition: __, cancelled: ___, ...job }: Job): JobAnswer {
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  return { ...job, requested_at: job.requested_at.toISOString(), started_at: iso(job.started_at), finished_at: iso(job.finished_at) };
}

export const versionAnswer = ({ definition: _, ...version }: InstalledVersion): VersionAnswer => ({
  ...version,
  installed_at: version.installed_at.toISOString(),
});
