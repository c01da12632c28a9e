import { hash } from 'node:crypto';

const REMEMBERED = 50_000;

/** Ids queued lately, with a digest of what they said; the oldest are forgotten, for the API knows them all. */
export class RecentEvents {
  private readonly digests = new Map<string, string>();

  /** False when the same event, word for word, was queued before. The same id with other words is for the API to judge. */
  isNew(id: string, text: string): boolean {
    const digest = hash('md5', text, 'base64');
    if (this.digests.get(id) === digest) return false;
    if (this.digests.size >= REMEMBERED) {
      const [oldest] = this.digests.keys();
      if (oldest !== undefined) this.digests.delete(oldest);
    }
    this.digests.set(id, digest);
    return true;
  }
}
