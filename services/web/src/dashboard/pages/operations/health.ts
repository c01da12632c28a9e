import { counted } from '../../format/numbers';
import type { Job, ViewStatus } from './rows';

/** What the page says in a line. */
export interface Health {
  readonly text: string;
  readonly isGood: boolean;
  readonly so: string;
}

/** The last comparison of a view with the log that came to an end. */
export function lastVerified(jobs: readonly Job[]): Job | undefined {
  return jobs.filter(({ comparison, state }) => comparison !== null && state === 'done').sort((a, b) => b.id - a.id)[0];
}

function verified(jobs: readonly Job[]): string {
  const last = lastVerified(jobs);
  if (last?.comparison === undefined || last.comparison === null) return 'No view was compared with the log yet: verify one below.';
  const result = last.comparison.differences === 0 ? 'equal' : `${counted(last.comparison.differences, 'row')} differ`;
  return `Last comparison with the log: ${last.projection}, ${(last.finished_at ?? last.requested_at).slice(0, 16).replace('T', ' ')} UTC, ${result}.`;
}

/** Whether every view that readers see is current and whole. */
export function healthOf(views: readonly ViewStatus[], jobs: readonly Job[]): Health {
  const active = views.filter((view) => view.active);
  const unknown = active.filter((view) => view.lag_events === null).length;
  const behind = active.filter((view) => (view.lag_events ?? 0) > 0);
  const halted = active
    .flatMap((view) => view.partitions)
    .filter((partition) => partition.last_error !== null && (partition.lag ?? 0) > 0).length;
  const letters = active.reduce((sum, view) => sum + view.dead_letters, 0);
  const lettersText = letters === 0 ? 'no dead letters' : counted(letters, 'dead letter');
  const so = verified(jobs);
  if (halted > 0) return { text: `${counted(halted, 'partition')} halted, ${lettersText}`, isGood: false, so };
  if (unknown > 0) return { text: `The log does not answer: how far views are is not known, ${lettersText}`, isGood: false, so };
  if (behind.length > 0) {
    const most = Math.max(...behind.map((view) => view.lag_events ?? 0));
    return {
      text: `${counted(behind.length, 'view')} of ${active.length} behind, by ${counted(most, 'event')} at most, ${lettersText}`,
      isGood: false,
      so,
    };
  }
  return { text: `All ${active.length} views current, ${lettersText}`, isGood: letters === 0, so };
}
