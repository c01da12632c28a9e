import { type FieldError } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import type { PersonKeys } from '@picly/personal-data';
import { ProblemError } from '@picly/platform';
import {
  MendRefusedError,
  mendedEvent,
  requestSettlement,
  settlementOutcome,
  typeOfTopic,
  type SettleFailure,
  type SettleOutcome,
  type SettleRequest,
} from '@picly/projections';
import { checkTags } from '../../ingest/check-tags';
import { checkVariant } from '../../ingest/check-variant';
import { normalise } from '../../ingest/defaults';
import type { DeadLetterFilter, DeadLettersQueries, QueueHead } from '../dead-letters.queries';

export interface SettlementDeps {
  readonly pool: DatabasePool;
  readonly keys: PersonKeys;
  readonly deadLetters: DeadLettersQueries;
  /** Tag categories that ratings may use. */
  readonly tags: ReadonlySet<string>;
  /** How long to wait until somebody begins, milliseconds (default 10,000). */
  readonly patienceMs?: number;
}

/** Who decided, and why. */
export interface Decided {
  readonly author: string;
  readonly reason: string | null;
}

const PATIENCE_MS = 10_000;
const NOTHING: SettleOutcome = { folded: 0, duplicates: 0, discarded: 0, failures: [] };

/** Has dead letters settled by whoever folds their projection, and says what came of it. */
export class Settlement {
  constructor(private readonly deps: SettlementDeps) {}

  /** Puts an edited copy in the place of the event, for good. Throws a problem when that does not make it fold: nothing is changed then. */
  async fix(id: number, body: Readonly<Record<string, unknown>>, decided: Decided): Promise<SettleOutcome> {
    const found = await this.deps.deadLetters.find(id);
    if (!found) throw gone(id);
    const { record, row } = found;
    const type = typeOfTopic(record.topic);
    const errors = [...checkTags(body, this.deps.tags), ...(type === undefined ? [] : checkVariant(type, body))];
    if (errors.length > 0) throw invalid('the edited event is not valid', errors);
    const fixed = await mendedEvent(record, type === undefined ? body : normalise(type, body), this.deps.keys).catch((error: unknown) => {
      throw error instanceof MendRefusedError ? invalid(error.message, error.errors) : error;
    });
    return this.one(row, { action: 'fix', fixed, ...decided });
  }

  /** Folds the letter, and those behind it. */
  async replay(id: number, decided: Decided): Promise<SettleOutcome> {
    return this.one(await this.row(id), { action: 'replay', ...decided });
  }

  /** Leaves the event out, for good. */
  async discard(id: number, decided: Decided): Promise<SettleOutcome> {
    return this.one(await this.row(id), { action: 'discard', ...decided });
  }

  /** Folds every queue whose first letter matches; letters that still fail stay and are told. */
  async replayAll(filter: DeadLetterFilter, decided: Decided): Promise<SettleOutcome & { readonly queues: number }> {
    const heads = await this.deps.deadLetters.heads(filter);
    const jobs = await Promise.all(
      byVersion(heads).map(({ projection: name, version, letters }) =>
        this.carryOut({ name, version, letters, action: 'replay', ...decided }),
      ),
    );
    return { queues: heads.length, ...jobs.reduce(added, NOTHING) };
  }

  private async row(id: number): Promise<QueueHead> {
    const found = await this.deps.deadLetters.find(id);
    if (!found) throw gone(id);
    return found.row;
  }

  private async one(
    { id, projection: name, version }: QueueHead,
    what: Omit<SettleRequest, 'name' | 'version' | 'letters'>,
  ): Promise<SettleOutcome> {
    const outcome = await this.carryOut({ name, version, letters: [id], ...what });
    const refused = outcome.failures.find(({ letter }) => letter === id);
    const problem = refused && problemOf(refused);
    if (problem) throw problem;
    return outcome;
  }

  private async carryOut(request: SettleRequest): Promise<SettleOutcome> {
    const { pool, patienceMs = PATIENCE_MS } = this.deps;
    const outcome = await settlementOutcome(pool, await requestSettlement(pool, request), patienceMs);
    if (outcome) return outcome;
    throw new ProblemError('service_unavailable', {
      detail: `nobody who folds ${request.name} version ${request.version} is there to do it; nothing was changed`,
      retryAfterSeconds: 5,
    });
  }
}

const gone = (id: number): ProblemError =>
  new ProblemError('not_found', { detail: `there is no dead letter ${id}: it was settled before, or never was` });

const invalid = (detail: string, errors: readonly FieldError[]): ProblemError =>
  new ProblemError('validation_failed', { detail, ...(errors.length > 0 && { errors }) });

/** The answer to what was refused before anything happened; `undefined` for a letter that was tried and stays. */
function problemOf({ letter, cause, code, message }: SettleFailure): ProblemError | undefined {
  if (code === 'LETTER_GONE') return gone(letter);
  if (code === 'LETTER_WAITS') return new ProblemError('dead_letter_waits', { detail: message });
  if (code === 'LETTER_STILL_FAILS') return new ProblemError('dead_letter_still_fails', { detail: message, extra: { cause } });
  return undefined;
}

function byVersion(heads: readonly QueueHead[]): { projection: string; version: number; letters: number[] }[] {
  const groups = new Map<string, { projection: string; version: number; letters: number[] }>();
  for (const { id, projection, version } of heads) {
    const group = groups.get(`${projection}@${version}`) ?? { projection, version, letters: [] };
    groups.set(`${projection}@${version}`, group);
    group.letters.push(id);
  }
  return [...groups.values()];
}

const added = (a: SettleOutcome, b: SettleOutcome): SettleOutcome => ({
  folded: a.folded + b.folded,
  duplicates: a.duplicates + b.duplicates,
  discarded: a.discarded + b.discarded,
  failures: [...a.failures, ...b.failures],
});
