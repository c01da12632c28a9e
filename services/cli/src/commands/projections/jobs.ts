import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, patiently, type ApiClient } from '@picly/api-client';
import type { Difference, JobAnswer, PartitionProgress } from '@picly/projections';
import { count, duration, Progress, table } from '@picly/terminal';
import { print } from '../client';

export const PROJECTIONS = '/api/analytics/admin/projections';
const LOOK_EVERY_MS = 500;
const SHOWN_DIFFERENCES = 20;

const isEnded = ({ state }: JobAnswer): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

/** Follows jobs to their end, with a bar for all of them together; a system that restarts meanwhile is waited for. */
export async function follow(client: ApiClient, asked: readonly JobAnswer[]): Promise<readonly JobAnswer[]> {
  const view = new Following(asked.map(({ projection }) => projection).join(', '));
  let jobs: readonly JobAnswer[] = asked;
  view.look(jobs);
  while (!jobs.every(isEnded)) {
    await sleep(LOOK_EVERY_MS);
    jobs = await Promise.all(jobs.map((job) => again(client, job)));
    view.look(jobs);
  }
  view.end();
  return jobs;
}

const again = async (client: ApiClient, job: JobAnswer): Promise<JobAnswer> =>
  isEnded(job) ? job : patiently(() => client.get<JobAnswer>(`${PROJECTIONS}/jobs/${job.id}`));

/** In the order in which a job goes through them. */
const STATES = ['requested', 'building', 'comparing', 'switching', 'done', 'failed', 'cancelled'] as const;

/** One job in a sentence, several by state. */
function statesOf(jobs: readonly JobAnswer[]): string {
  const [first] = jobs;
  if (first && jobs.length === 1) return `${first.projection} is ${first.state}`;
  const groups = STATES.map((state) => ({ state, names: jobs.filter((job) => job.state === state).map(({ projection }) => projection) }));
  return groups.flatMap(({ state, names }) => (names.length > 0 ? [`${state}: ${names.join(', ')}`] : [])).join('; ');
}

/** A bar, and a line above it whenever something begins or ends. */
class Following {
  private bar: Progress | undefined;
  private told = '';

  constructor(private readonly label: string) {}

  look(jobs: readonly JobAnswer[]): void {
    const total = jobs.reduce((sum, { progress }) => sum + (progress?.total ?? 0), 0);
    const events = jobs.reduce((sum, { progress }) => sum + (progress?.events ?? 0), 0);
    if (total > 0) {
      this.bar ??= new Progress({ label: this.label, noun: 'events', total, stream: process.stderr });
      this.bar.update(Math.min(events, total), events);
    }
    const states = statesOf(jobs);
    if (states !== this.told && !jobs.every(isEnded)) this.say(states);
    this.told = states;
  }

  end(): void {
    this.bar?.finish();
  }

  private say(line: string): void {
    if (this.bar) this.bar.say(line);
    else process.stderr.write(`${line}\n`);
  }
}

/** A refusal (409) is an answer here, not a reason to wait. */
export async function ask<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 409) throw new ApiError('API_REFUSED', error.message, { status: 409 });
    throw error;
  });
}

/** What became of each job, and rows that differ. */
export async function report(client: ApiClient, jobs: readonly JobAnswer[]): Promise<void> {
  for (const job of jobs) {
    print(`${job.projection}: ${job.message ?? job.state}`);
    if ((job.comparison?.differences ?? 0) > 0) await reportDifferences(client, job);
  }
}

async function reportDifferences(client: ApiClient, job: JobAnswer): Promise<void> {
  const { data } = await client.get<{ readonly data: readonly Difference[] }>(`${PROJECTIONS}/jobs/${job.id}/differences`, {
    query: { limit: SHOWN_DIFFERENCES },
  });
  print(
    table(data, [
      { title: 'TABLE', value: (row) => row.table },
      { title: 'KEY', value: (row) => JSON.stringify(row.key) },
      { title: 'DIFFERS', value: (row) => wordsFor(row, job) },
    ]),
  );
  const more = (job.comparison?.differences ?? 0) - data.length;
  if (more > 0) print(`and ${count(more)} more: picly export admin/projections/jobs/${job.id}/differences`);
}

function wordsFor({ kind, columns }: Difference, job: JobAnswer): string {
  if (kind === 'only_base') return `only in version ${job.base_version ?? '?'}`;
  if (kind === 'only_built') return `missing in version ${job.base_version ?? '?'}`;
  return columns.join(', ');
}

export function jobTable(jobs: readonly JobAnswer[]): string {
  return table(jobs, [
    { title: 'JOB', value: (job) => String(job.id), align: 'right' },
    { title: 'KIND', value: (job) => job.kind },
    { title: 'PROJECTION', value: (job) => job.projection },
    { title: 'VERSION', value: (job) => String(job.version ?? '-'), align: 'right' },
    { title: 'STATE', value: (job) => job.state },
    { title: 'DONE', value: shareOf, align: 'right' },
    { title: 'PER SECOND', value: (job) => (isEnded(job) ? '' : count(job.progress?.events_per_second ?? 0)), align: 'right' },
    { title: 'LEFT', value: (job) => (isEnded(job) ? '' : left(job.progress?.remaining_s)), align: 'right' },
    { title: '', value: (job) => job.message ?? '' },
  ]);
}

export function partitionTable(partitions: readonly PartitionProgress[]): string {
  return table(partitions, [
    { title: 'TOPIC', value: (row) => row.topic },
    { title: 'PARTITION', value: (row) => String(row.partition), align: 'right' },
    { title: 'POSITION', value: (row) => count(row.position), align: 'right' },
    { title: 'END', value: (row) => count(row.end), align: 'right' },
    { title: 'PER SECOND', value: (row) => count(row.events_per_second), align: 'right' },
    { title: 'LEFT', value: (row) => left(row.remaining_s), align: 'right' },
  ]);
}

const left = (seconds: number | null | undefined): string => (typeof seconds === 'number' ? duration(1_000 * seconds) : '?');

function shareOf({ progress }: JobAnswer): string {
  return progress && progress.total > 0 ? `${Math.floor((100 * progress.events) / progress.total)} %` : '';
}
