/** 2: the default, even over its 10,000 buckets. 1: the older one of 1,000 buckets; also the one that namespaces use. */
export type HashVersion = 1 | 2;

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a, 32 bit, over UTF-16 code units (not UTF-8 bytes: other units, other arms). */
export function fnv1a(text: string): number {
  let hash = OFFSET;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash >>> 0;
}

/**
 * Where a unit falls in [0, 1), the same for ever for one seed. Scheme and published vectors: GrowthBook SDK specification 0.8.0.
 * Null for a version that does not exist.
 */
export function bucketOf(seed: string, unit: string, version: HashVersion): number | null {
  if (version === 2) return (fnv1a(String(fnv1a(seed + unit))) % 10_000) / 10_000;
  return version === 1 ? (fnv1a(unit + seed) % 1_000) / 1_000 : null;
}
