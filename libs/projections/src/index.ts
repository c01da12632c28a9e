export { activateProjection } from './activate';
export * from './array-literals';
export * from './dead-letters/causes';
export { backUpDecisions, restoreDecisions } from './dead-letters/decision-backup';
export { DeadLetterDesk, type DeskOptions } from './dead-letters/desk';
export { requestSettlement, settlementOutcome, type SettleFailure, type SettleOutcome, type SettleRequest } from './dead-letters/jobs';
export { MendRefusedError, mendedEvent, typeOfTopic, type MendedEvent } from './dead-letters/mend';
export type { DeadLetterDetails, DeadLetterHistoryRow, DeadLetterRow } from './dead-letters/rows';
export { readLetter, type LetterContent } from './dead-letters/read-letter';
export { withDecisions } from './dead-letters/decisions';
export { fixedCopies } from './dead-letters/fixed-copies';
export { decodeRecords } from './decode';
export * from './define';
export * from './digest';
export { eraseEvents } from './erase-events';
export * from './errors';
export * from './fold-events';
export { foldSettings } from './fold-sql';
export * from './install';
export * from './migrations';
export { idOf, schemaOf, topicsOf } from './names';
export * from './metrics';
export * from './new-rows';
export { applyRetention, refuseHarmfulRules, RetentionRefusedError, type RetentionRule } from './retention/retention';
export { PositionBoard } from './position-board';
export * from './runner';
export * from './freshness';
export type { FoldedBy } from './folded-by';
export type { Lag, PartitionStatus, ProjectionStatus } from './status';
export {
  foldable,
  installedVersions,
  isBuiltBy,
  liveProjections,
  numbered,
  removeVersion,
  sideSchemaOf,
  type InstalledVersion,
  type VersionState,
} from './versions';
export { jobAnswer, versionAnswer, type JobAnswer, type VersionAnswer } from './rebuild/answers';
export { isFinished, ProjectionAdmin, type RebuildRequest, type SideRequest } from './rebuild/admin';
export { latestAudits, runAudits, type AuditResult } from './rebuild/audits';
export { latestChecks, type Checks, type Verification } from './rebuild/checks';
export type { Difference } from './rebuild/compare';
export { RebuildFailedError, RebuildRefusedError, type RefusalCode } from './rebuild/errors';
export type { Comparison, Job, JobKind, JobState, PartitionProgress, Progress, SwitchRule, TableComparison, Until } from './rebuild/jobs';
export { ProjectionKeeper, type KeeperOptions } from './rebuild/keeper';
