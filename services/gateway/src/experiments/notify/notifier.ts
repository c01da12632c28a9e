import { createHmac } from 'node:crypto';
import type { Notice, NoticesQueries } from './notices.queries';

/** Where verdicts are told; without a URL nobody is. */
export interface WebhookSettings {
  readonly url: string | undefined;
  readonly secret: string | undefined;
}

const AT_ONCE = 10;
const TIMEOUT_MS = 5_000;
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 6 * 3_600;
/** Doubling from ten seconds up to six hours, this is about three days. */
const MOST_ATTEMPTS = 24;

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<body>`; the time in it lets a receiver refuse what was recorded and sent again. */
export function signatureOf(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** How long to wait after so many failures; null: no more. */
export function waitAfter(attempts: number): number | null {
  if (attempts >= MOST_ATTEMPTS) return null;
  return Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempts - 1));
}

/** Tells a webhook what the rule said: signed, at least once, again and again until it answers with success. */
export class Notifier {
  constructor(
    private readonly notices: NoticesQueries,
    private readonly webhook: WebhookSettings,
    private readonly now: () => number = Date.now,
  ) {}

  /** Queues what is news and sends what is due. */
  async round(): Promise<void> {
    const { url } = this.webhook;
    if (url === undefined) return;
    await this.notices.enqueue();
    for (const notice of await this.notices.take(AT_ONCE)) await this.deliver(url, notice);
  }

  private async deliver(url: string, notice: Notice): Promise<void> {
    const error = await this.send(url, JSON.stringify(notice.body), notice.event_id);
    if (error === undefined) await this.notices.delivered(notice.event_id);
    else await this.notices.failed(notice.event_id, error, waitAfter(notice.attempts));
  }

  /** Why it failed; undefined when it arrived. */
  private async send(url: string, body: string, eventId: string): Promise<string | undefined> {
    const { secret } = this.webhook;
    const headers = {
      'content-type': 'application/json',
      'x-picly-event-id': eventId,
      ...(secret !== undefined && { 'x-picly-signature': signatureOf(body, secret, Math.floor(this.now() / 1_000)) }),
    };
    try {
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.arrayBuffer();
      return response.ok ? undefined : `answered ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message.slice(0, 500) : 'could not be reached';
    }
  }
}
