import type { PositionVector } from '@picly/contracts';

/** How fresh an answer is. */
export interface AsOf {
  /** Event time of the latest event folded, RFC 3339; null before the first. */
  readonly event_time: string | null;
  /** Events of the log that the view has yet to fold. */
  readonly lag_events: number;
  /** How long the view has been behind, milliseconds; 0 when it is not. */
  readonly lag_ms: number;
}

/** What readers ask about projections. */
export interface ViewFreshness {
  /** Whether all projections have folded up to the position; resolves as soon as they have, false after `timeoutMs`. */
  waitFor(projections: readonly string[], position: PositionVector, timeoutMs: number): Promise<boolean>;
  asOf(projections: readonly string[]): Promise<AsOf>;
}
