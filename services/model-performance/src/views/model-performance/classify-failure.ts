/** Why a call failed, as far as its error text tells. */
export type FailureCause =
  | 'timeout'
  | 'rate_limited'
  | 'out_of_memory'
  | 'network'
  | 'content_refused'
  | 'unavailable'
  | 'invalid_request'
  /** The text matches no rule. */
  | 'other'
  /** The sender gave no text. */
  | 'unstated'
  /** The text went with the key of the person it belonged to. */
  | 'erased';

/** First match wins: "504 gateway timeout" is a timeout, "connection refused" the network's, "content policy: invalid" a refusal. */
const RULES: readonly (readonly [FailureCause, RegExp])[] = [
  ['timeout', /time[ds]?[ _-]?out|deadline|took too long|\b(?:408|504)\b/],
  ['rate_limited', /rate[ _-]?limit|too many requests|throttl|quota|\b429\b/],
  ['out_of_memory', /out of memory|out_of_memory|\boom\b|(?:cuda|gpu|vram).{0,40}(?:memory|alloc)|memory.{0,40}(?:exceed|exhaust)/],
  ['network', /econn|enotfound|eai_again|epipe|socket|network|\bdns\b|connection|unreachable|\btls\b|certificate/],
  [
    'content_refused',
    /content[ _-]?(?:policy|filter|moderat)|moderation|safety|nsfw|refus|blocked|prohibited|not allowed to (?:generate|create)/,
  ],
  ['unavailable', /unavailable|overload|capacity|maintenance|bad gateway|internal (?:server )?error|\b(?:500|502|503|529)\b/],
  [
    'invalid_request',
    /invalid|bad request|unsupported|malformed|validation|too (?:long|large)|unauthori[sz]ed|forbidden|api key|not found|\b(?:400|401|403|404|413|422)\b/,
  ],
];

/** The cause named by an error text, by the rules above; letter case does not matter. */
export function classifyFailure(error: string): FailureCause {
  const text = error.trim().toLowerCase();
  if (text === '') return 'unstated';
  return RULES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}
