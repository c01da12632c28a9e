/** One call of the public API, as its sender would make it. */
export interface WorldEvent {
  readonly type: string;
  readonly event_id: string;
  readonly occurred_at: string;
  readonly [field: string]: unknown;
}

/** An event on its way: when it reaches the API, and how wrong the sender's clock is. */
export interface Delivery {
  readonly event: WorldEvent;
  readonly arrivesAt: number;
  /** Added to `occurred_at` by a wrong clock; such a sender says `sent_at` too, from which the API sees the error. */
  readonly clockErrorMs: number;
  /** The same event again: a retry whose first answer was lost. */
  readonly repeat: boolean;
}

/** Takes what happens, when it really happened. */
export type Emit = (type: string, at: number, fields: Readonly<Record<string, unknown>>) => void;
