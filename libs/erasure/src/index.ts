export { Eraser, type EraserOptions } from './eraser';
export { Erasures, type ErasureRequest } from './erasures';
export { UnknownPersonError } from './errors';
export { installErasures } from './install';
export { applyLedger, erasedAmong, readLedger, type ErasureLedger } from './ledger';
export { openPersonExport, type PersonExportDeps } from './person-export';
export type { ErasedPart, ErasureReceipt, ErasureState, StorageNote, TouchedRows } from './receipt';
