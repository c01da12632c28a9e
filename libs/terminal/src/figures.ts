const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1234567 -> "1,234,567". */
export const count = (n: number): string => integer.format(n);

/** "1 row", "2 rows". */
export const counted = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** 0.714 -> "71.4 %"; what is unknown is a dash. */
export const percent = (ratio: number | null | undefined, digits = 1): string =>
  typeof ratio === 'number' ? `${(ratio * 100).toFixed(digits)} %` : '-';

export const decimal = (value: number | null | undefined, digits = 2): string => (typeof value === 'number' ? value.toFixed(digits) : '-');

/** Milliseconds as a person says them: "0.4 s", "12 s", "3 min 20 s", "2 h 05 min". */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
