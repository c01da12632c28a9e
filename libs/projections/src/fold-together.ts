import { inTransaction, type Transaction } from '@picly/database';
import type { DecodedBatch } from './decode';
import { SHARED_SETTINGS, turnTo } from './fold-sql';
import { foldInSteps, type FoldDeps, type FoldResult, type FoldWork } from './fold-transaction';
import type { Gate } from './gate';
import type { Lane } from './lane';

export interface TogetherDeps extends FoldDeps {
  readonly gate: Gate;
}

/** Above so many records what a transaction costs by itself no longer matters, and lanes are faster side by side. */
const MOST_RECORDS = 500;
/** A fold that does not go on must not keep the others waiting: then the server ends the transaction, */
const IDLE_MS = 2_000;
/** and nobody waits for it any more. */
const PATIENCE_MS = 3_000;
/** After trouble the lanes fold by themselves for a while. */
const REST_MS = 5_000;

interface Part {
  readonly lane: Lane;
  readonly work: FoldWork;
}

/**
 * Folds small batches into several versions in one transaction: under a steady load the transactions would cost more than the
 * events. What it could not commit is not folded; the lanes fold it one by one then, which tells whose trouble it is.
 */
export class FoldingTogether {
  private restingUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: TogetherDeps) {}

  /** Never rejects. */
  async fold(wanting: readonly Lane[], batches: readonly DecodedBatch[]): Promise<void> {
    const records = batches.reduce((sum, batch) => sum + batch.records.length, 0);
    const lanes = wanting.filter((lane) => !lane.isBusy(batches));
    if (lanes.length < 2 || records > MOST_RECORDS || performance.now() < this.restingUntil) return;
    try {
      await inTurnOfAll(lanes, batches, () => patiently(this.deps.gate.run(() => this.commit(lanes, batches))));
    } catch {
      // Not lost: the lanes meet the same error by themselves, or it is over.
      this.restingUntil = performance.now() + REST_MS;
    }
  }

  private async commit(lanes: readonly Lane[], batches: readonly DecodedBatch[]): Promise<void> {
    const parts = lanes.flatMap((lane): Part[] => {
      const work = lane.workOf(batches);
      return work ? [{ lane, work }] : [];
    });
    // Positions are locked in the order in which they are claimed and fenced: nobody waits in a circle.
    parts.sort((a, b) => (a.lane.id < b.lane.id ? -1 : 1));
    if (parts.length === 0) return;
    const startedAt = performance.now();
    const settings = { ...SHARED_SETTINGS, idle_in_transaction_session_timeout: String(IDLE_MS) };
    const results = await inTransaction(this.deps.pool, (sql) => foldParts({ ...this.deps, sql }, parts), { settings });
    const seconds = (performance.now() - startedAt) / 1_000;
    parts.forEach(({ lane, work }, i) => {
      const result = results[i];
      if (result) lane.committed(work, result, seconds);
    });
  }
}

/** Positions and ids of all are asked for together, then each folds under its own search path. */
async function foldParts(inside: FoldDeps & { readonly sql: Transaction }, parts: readonly Part[]): Promise<FoldResult[]> {
  const folds = await Promise.all(parts.map(({ lane, work }) => foldInSteps(inside, lane.projection, work)));
  await Promise.all(folds.map((fold) => fold.sift()));
  const results: FoldResult[] = [];
  for (const [i, fold] of folds.entries()) {
    const projection = parts[i]?.lane.projection;
    const turned = projection && turnTo(inside.sql, projection);
    const [result] = await Promise.all([fold.fold(), turned]);
    results.push(result);
  }
  return results;
}

/** Always in the order of the lanes, so that nobody waits in a circle. */
function inTurnOfAll(lanes: readonly Lane[], batches: readonly DecodedBatch[], work: () => Promise<void>): Promise<void> {
  const [first, ...others] = lanes;
  return first ? first.inTurn(batches, () => inTurnOfAll(others, batches, work)) : work();
}

/** Rejects when the work takes too long. Should it commit after all, the lanes find their positions moved and take note. */
async function patiently(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not folded within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  await Promise.race([work, patience]).finally(() => clearTimeout(timer));
}
