/** What is shown where there is no figure. */
export const NOTHING = '–';

type Maybe = number | null | undefined;

const isKnown = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);

const formatter = (options: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat('en-US', options);
const COUNT = formatter({ maximumFractionDigits: 0 });
const COMPACT = formatter({ notation: 'compact', maximumFractionDigits: 1 });
const ONE = formatter({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const TWO = formatter({ minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Formats a figure; what is not known is a dash, never a zero. */
export type Format = (value: Maybe) => string;

const known =
  (format: (value: number) => string): Format =>
  (value) =>
    isKnown(value) ? format(value).replace('-', '−') : NOTHING;

export const count = known((value) => COUNT.format(value));
/** Large counts where room is short: 12.3K. */
export const compact = known((value) => (Math.abs(value) < 10_000 ? COUNT.format(value) : COMPACT.format(value)));
/** A share of 0..1 as percent. */
export const percent = known((value) => `${ONE.format(value * 100)} %`);
export const stars = known((value) => TWO.format(value));
export const points = known((value) => ONE.format(value));

/** Seconds, with the precision that their size deserves. */
export const seconds = known((value) => {
  if (value === 0) return '0 s';
  if (value < 1) return `${COUNT.format(value * 1000)} ms`;
  return value < 100 ? `${ONE.format(value)} s` : `${COUNT.format(value)} s`;
});

/** Milliseconds as people say them. */
export const duration = known((ms) => {
  if (ms < 1_000) return `${COUNT.format(ms)} ms`;
  if (ms < 60_000) return `${ONE.format(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${COUNT.format(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${COUNT.format(ms / 3_600_000)} h` : `${COUNT.format(ms / 86_400_000)} days`;
});

/** An amount of money: small ones keep the digits that tell them apart. */
export function money(currency: string | null | undefined): Format {
  return known((value) => {
    const digits = Math.abs(value) < 1 && value !== 0 ? 3 : 2;
    const text = formatter({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(value));
    const sign = value < 0 ? '−' : '';
    return currency === 'USD' ? `${sign}$${text}` : `${sign}${text} ${currency ?? ''}`.trim();
  });
}

/** A difference with its sign: `+2.1`, `−0.4`, `±0`. */
export const signed =
  (format: Format): Format =>
  (value) => {
    if (!isKnown(value)) return NOTHING;
    const text = format(Math.abs(value));
    if (!/[1-9]/.test(text)) return `±${text}`;
    return `${value > 0 ? '+' : '−'}${text}`;
  };

/** The difference of two shares, in percentage points. */
export const percentagePoints = signed(known((value) => ONE.format(value * 100)));

/**
 * Both ends of an interval with one unit: `69.9–72.8 %`. With too few values to name an upper end, `at least 69.9 %`; what is at least
 * nothing may be anything.
 */
export function interval(low: Maybe, high: Maybe, format: Format = percent): string {
  if (!isKnown(low)) return NOTHING;
  if (!isKnown(high)) return low === 0 ? 'too few values' : `at least ${format(low)}`;
  const [from, to] = [format(low), format(high)];
  const unit = /\s\D+$/.exec(to)?.[0] ?? '';
  const start = unit !== '' && from.endsWith(unit) ? from.slice(0, -unit.length) : from;
  // A dash before a sign is read as another sign.
  return /[−+±]/.test(from + to) ? `${start} to ${to}` : `${start}–${to}`;
}

/** `1 rating`, `2 ratings`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
