const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2, 32 bit, as the Java client of Kafka computes it over the key's UTF-8 bytes (here those from `start` to `end`). */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const length = end - start;
  let h = SEED ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i++) {
    const at = start + i * 4;
    let k = (bytes[at]! & 0xff) | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const tail = start + words * 4;
  const rest = length & 3;
  if (rest === 3) h ^= bytes[tail + 2]! << 16;
  if (rest >= 2) h ^= bytes[tail + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ bytes[tail]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

const partitionOf = (hash: number, partitions: number): number => (hash & 0x7fffffff) % partitions;

/** The partition of a key: the same on both adapters and for every other Kafka client. */
export function partitionFor(key: string, partitions: number): number {
  return partitionOf(murmur2(Buffer.from(key, 'utf8')), partitions);
}

/** The partition of a key that stands in `bytes` from `start` to `end`. */
export function partitionForBytes(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  partitions: number,
): number {
  return partitionOf(murmur2(bytes, start, end), partitions);
}
