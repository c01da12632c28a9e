export interface RateLimiterOptions {
  /** Upper limit of senders remembered; the one longest unheard of is forgotten first. */
  readonly maxSenders: number;
  readonly now: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket per sender: `perMinute` events a minute, all of them at once if need be. A request is taken while the bucket
 * is not empty, and its cost may leave a debt, so that a batch larger than the rate is possible and paid for by waiting.
 */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly options: RateLimiterOptions) {}

  /** 0 when taken, else the seconds (at least 1, whole) after which a new try can succeed. */
  take(sender: string, cost: number, perMinute: number): number {
    const now = this.options.now();
    const bucket = this.buckets.get(sender) ?? { tokens: perMinute, at: now };
    const tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
    this.buckets.delete(sender);
    if (this.buckets.size >= this.options.maxSenders) this.buckets.delete(this.buckets.keys().next().value ?? '');
    const isTaken = tokens >= 1;
    this.buckets.set(sender, { tokens: isTaken ? tokens - cost : tokens, at: now });
    return isTaken ? 0 : Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60));
  }
}
