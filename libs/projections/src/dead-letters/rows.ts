import type { LetterContent } from './read-letter';

/** An event that a projection could not fold, or that waits behind one. The bytes themselves stay where they are. */
export interface DeadLetterRow {
  readonly id: number;
  readonly projection: string;
  readonly version: number;
  readonly event_id: string | null;
  /** The kind of trouble (see docs/how-to/dead-letters.md); `behind` for those that only wait. */
  readonly cause: string;
  /** The particular reason: a stable code. */
  readonly code: string;
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The key in the log: events with the same one keep their order. */
  readonly key: string;
  /** Place in the queue of its key, from 1. */
  readonly sequence: number;
  readonly attempts: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** What somebody did about a dead letter. */
export interface DeadLetterHistoryRow {
  readonly id: number;
  readonly letter: number;
  readonly projection: string;
  readonly version: number;
  readonly event_id: string | null;
  readonly action: string;
  readonly author: string;
  readonly reason: string | null;
  readonly at: string;
  readonly cause: string;
  readonly code: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A dead letter with the event as it came. */
export interface DeadLetterDetails extends DeadLetterRow {
  /** Letters that wait behind this one. */
  readonly behind: number;
  /** What its cause means. */
  readonly meaning: string | null;
  /** Null when it cannot be read. */
  readonly content: LetterContent | null;
  readonly original: {
    readonly headers: Readonly<Record<string, string>>;
    /** RFC 3339. */
    readonly timestamp: string;
    /** Null when the bytes are no text. */
    readonly text: string | null;
    readonly base64: string;
  };
}
