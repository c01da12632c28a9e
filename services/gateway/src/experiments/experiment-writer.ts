import { encodePosition, EVENTS, storedData, topicOf, validateBody, type EventPosition } from '@picly/contracts';
import { inTransaction, type DatabasePool } from '@picly/database';
import type { EventLog } from '@picly/event-log';
import { ProblemError } from '@picly/platform';
import type { ViewFreshness } from '@picly/projections';
import { v5 } from 'uuid';
import { fingerprintOf } from '../ingest/fingerprint';
import { logRecordOf } from '../ingest/log-record';
import { LOCK_REGISTRY } from './registry.queries';

type LifeCycleType = 'experiment-changed' | 'experiment-decided';
type Body = Readonly<Record<string, unknown>>;

export interface WriterDeps {
  readonly pool: DatabasePool;
  readonly log: Pick<EventLog, 'append' | 'bounds'>;
  readonly freshness: Pick<ViewFreshness, 'waitFor'>;
  readonly now: () => number;
  readonly appendDeadlineMs: number;
}

/** One event as it goes into the log. Equal `name`s give one event, however often and by whom it is written. */
export interface LifeCycleEvent {
  readonly type: LifeCycleType;
  readonly name: string;
  readonly body: Body;
}

const PROJECTION = 'experiment-registry';
const NAMESPACE = '2f0a7a0c-6f5e-4f7e-9a55-0b1d0f3c9a77';
const CATCH_UP_MS = 8_000;

/**
 * Writes what is decided about experiments. One writer at a time over all gateways: it waits until the registry has folded
 * everything there is, decides by what it reads then, appends, and waits until that is folded too. So nobody decides by an
 * old state, and the log holds no change that contradicts the one before.
 */
export class ExperimentWriter {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: WriterDeps) {}

  /** Runs `decide` alone; what it gives back is appended. Answers the position of the last event, undefined when there was none. */
  write(decide: () => Promise<readonly LifeCycleEvent[]>): Promise<string | undefined> {
    // Those who wait for the lock hold a connection: one per process, or the one who has it could find none.
    const mine = this.last.then(() => this.alone(decide));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private alone(decide: () => Promise<readonly LifeCycleEvent[]>): Promise<string | undefined> {
    return inTransaction(this.deps.pool, async (sql) => {
      await sql.query(LOCK_REGISTRY);
      await this.catchUp();
      const events = await decide();
      return events.length === 0 ? undefined : this.append(events);
    });
  }

  /** Waits until the registry holds everything that is in the log now. */
  private async catchUp(): Promise<void> {
    const types: readonly LifeCycleType[] = ['experiment-changed', 'experiment-decided'];
    const bounds = await this.deps.log.bounds(types.map(topicOf)).catch((cause: unknown) => {
      throw new ProblemError('log_unavailable', { retryAfterSeconds: 2, cause });
    });
    await this.folded(bounds.filter(({ start, end }) => end > start).map((place) => ({ ...place, offset: place.end - 1 })));
  }

  private async folded(positions: readonly EventPosition[]): Promise<void> {
    if (positions.length === 0) return;
    if (await this.deps.freshness.waitFor([PROJECTION], positions, CATCH_UP_MS)) return;
    throw new ProblemError('not_caught_up', { detail: 'the registry of experiments is behind the log', retryAfterSeconds: 1 });
  }

  private async append(events: readonly LifeCycleEvent[]): Promise<string> {
    const receivedAt = this.deps.now();
    const records = events.map((event) => recordOf(event, receivedAt));
    const appended = await this.deps.log.append(records, { deadlineMs: this.deps.appendDeadlineMs }).catch((cause: unknown) => {
      throw new ProblemError('log_unavailable', {
        detail: 'the event log did not confirm in time: look whether the change is there before sending it again',
        retryAfterSeconds: 2,
        cause,
      });
    });
    await this.folded(appended);
    return encodePosition(appended);
  }
}

function recordOf({ type, name, body }: LifeCycleEvent, receivedAt: number): ReturnType<typeof logRecordOf> {
  const definition = EVENTS[type];
  const errors = validateBody(definition.body, body);
  if (errors.length > 0) throw new ProblemError('validation_failed', { errors });
  const id = v5(`${type} ${name}`, NAMESPACE);
  const canonical = JSON.stringify(body);
  const times = { occurredAt: receivedAt, receivedAt };
  const data = storedData(definition, body);
  return logRecordOf({ id, idFromSender: false, type, definition, data, times, canonical }, undefined, fingerprintOf(canonical, undefined));
}
