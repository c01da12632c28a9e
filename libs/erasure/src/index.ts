export { Eraser, type EraserOptions } from './eraser';
export { Erasures, type ErasureRequest } from './erasures';
export { UnknownPersonError } from './errors';
export { installErasures } from './install';
export { applyLedger, erasedAmong, readLedger, type ErasureLedger } from './ledger';
export type { ErasedPart, ErasureReceipt, ErasureState, StorageNote, TouchedRows } from './receipt';
