import { hash } from 'node:crypto';

const FIRST_SLOTS = 1 << 12;

/**
 * How often a content came before in one file: exact repeats can be real, so the second gets another id than the first, and
 * the same one whenever the file is read. An open-addressing table of digests: 16 to 32 bytes per distinct row.
 */
export class Occurrences {
  private keys = new Float64Array(FIRST_SLOTS);
  private counts = new Uint32Array(FIRST_SLOTS);
  private used = 0;

  /** 1 for the first time. Two contents with the same 52-bit digest share a counter; their ids differ all the same. */
  next(content: string): number {
    if (this.used * 2 >= this.keys.length) this.grow();
    const slot = this.slotOf(digestOf(content));
    return ++this.counts[slot]!;
  }

  private slotOf(digest: number): number {
    const mask = this.keys.length - 1;
    let slot = digest % this.keys.length;
    while (this.counts[slot] !== 0 && this.keys[slot] !== digest) slot = (slot + 1) & mask;
    if (this.counts[slot] === 0) {
      this.keys[slot] = digest;
      this.used++;
    }
    return slot;
  }

  private grow(): void {
    const { keys, counts } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.counts = new Uint32Array(keys.length * 2);
    this.used = 0;
    for (const [at, count] of counts.entries()) {
      if (count > 0) this.counts[this.slotOf(keys[at]!)] = count;
    }
  }
}

function digestOf(content: string): number {
  return Number.parseInt(hash('md5', content, 'hex').slice(0, 13), 16);
}
