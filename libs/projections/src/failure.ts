import { EnvelopeError } from '@picly/contracts';
import { isDataError, isTransient, sqlState } from '@picly/database';
import { SealError } from '@picly/personal-data';
import { PoisonEventError, StaleKeysError } from './errors';

/**
 * `poison`: the event's own fault, it will never fold; `transient`: the infrastructure's, it will; `fault`: the code's or its
 * tables', nobody knows, so nothing is parked and the batch is tried again.
 */
export type FailureKind = 'poison' | 'transient' | 'fault';

/** Why an event is parked: a stable code, and a sentence without personal values. */
export interface Poison {
  readonly code: string;
  readonly message: string;
}

// Cardinality (a row twice in one upsert), limits of rows and indexes, `raise`: by the data, and gone when the events are folded one by one.
const POISON_CLASSES = new Set(['21', '54']);
const RAISED = 'P0001';

export function kindOf(error: unknown): FailureKind {
  if (error instanceof PoisonEventError || error instanceof EnvelopeError || error instanceof SealError) return 'poison';
  const state = sqlState(error);
  if (state !== undefined && (isDataError(error) || POISON_CLASSES.has(state.slice(0, 2)) || state === RAISED)) return 'poison';
  if (passes(error)) return 'transient';
  return isMisfit(error) ? 'poison' : 'fault';
}

const passes = (error: unknown): boolean => isTransient(error) || error instanceof StaleKeysError;

/** What JavaScript throws at values of another shape than the code expects. */
const isMisfit = (error: unknown): error is Error =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;

export function poisonOf(error: unknown): Poison {
  if (error instanceof PoisonEventError || error instanceof EnvelopeError || error instanceof SealError) {
    return { code: error.code, message: error.message };
  }
  const state = sqlState(error);
  if (state !== undefined) return { code: `SQL_${state}`, message: describe(error) };
  return { code: 'FOLD_FAILED', message: describe(error) };
}

/** An error in words that quote no data: values in messages of Postgres and of JSON.parse may be personal. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'an error that is no Error';
  const state = sqlState(error);
  if (state === undefined) return error instanceof SyntaxError ? 'text of another syntax than expected' : error.message;
  const places = ['table', 'column', 'constraint', 'dataType'].flatMap((field) => {
    const value: unknown = Object.entries(error).find(([name]) => name === field)?.[1];
    return typeof value === 'string' ? [`${field} ${value}`] : [];
  });
  const message = state.startsWith('22') ? error.message.replace(/".*"/s, '"…"') : error.message;
  return [message, ...places].join(', ');
}
