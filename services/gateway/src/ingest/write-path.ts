import type { GatewayConfig } from '../config';
import type { AdmittedEvent, Outcome } from './admitted-event';
import { commitEvents, type CommitDeps } from './commit-events';
import { GroupCommit } from './group-commit';
import type { IngestDeps } from './http/ingest-handlers';
import { InFlight } from './in-flight';
import { Ingest } from './ingest';
import { RateLimiter } from './rate-limiter';

const GROUP_EVENTS = 2_000;
const SENDERS = 10_000;
/** Looking up keys and receipts comes on top of what the log may take. */
const COMMIT_GRACE_MS = 1_000;

type WriteConfig = Pick<GatewayConfig, 'TAGS' | 'ERASED_PERSONS' | 'APPEND_DEADLINE_MS' | 'QUEUE_EVENTS' | 'QUEUE_BYTES'>;

/** Everything between the write calls and the log, put together. */
export class WritePath {
  readonly deps: IngestDeps;
  private readonly queue: GroupCommit<AdmittedEvent, Outcome>;

  constructor(config: WriteConfig, parts: Omit<CommitDeps, 'appendDeadlineMs' | 'erasedPersons'>) {
    const commitDeps = { ...parts, appendDeadlineMs: config.APPEND_DEADLINE_MS, erasedPersons: config.ERASED_PERSONS };
    this.queue = new GroupCommit<AdmittedEvent, Outcome>({
      commit: (events) => commitEvents(events, commitDeps),
      sizeOf: (event) => event.canonical.length,
      maxWaitingItems: config.QUEUE_EVENTS,
      maxWaitingBytes: config.QUEUE_BYTES,
      maxGroupItems: GROUP_EVENTS,
      deadlineMs: config.APPEND_DEADLINE_MS + COMMIT_GRACE_MS,
      now: Date.now,
    });
    this.deps = {
      ingest: new Ingest(this.queue, new InFlight()),
      limiter: new RateLimiter({ maxSenders: SENDERS, now: Date.now }),
      tags: new Set(config.TAGS),
      now: Date.now,
    };
  }

  /** Refuses what comes from now on; resolves when everything taken before has its answer. */
  drain(): Promise<void> {
    return this.queue.drain();
  }
}
