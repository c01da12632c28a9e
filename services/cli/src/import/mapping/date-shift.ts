/** A calendar shift; months are added first, then the exact part. */
export interface Shift {
  readonly months: number;
  readonly ms: number;
}

const DURATION = /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

const MONTHS_PER = [12, 1];
const SECONDS_PER = [604_800, 86_400, 3_600, 60, 1];

/** An ISO 8601 duration with a sign, such as P10Y or -PT5H; `undefined` when it is none. */
export function parseShift(text: string): Shift | undefined {
  const match = DURATION.exec(text);
  if (!match || !/\d/.test(text)) return undefined;
  const sign = match[1] ? -1 : 1;
  const sum = (from: number, factors: readonly number[]): number =>
    factors.reduce((total, factor, at) => total + factor * Number(match[from + at] ?? 0), 0);
  return { months: sign * sum(2, MONTHS_PER), ms: sign * sum(4, SECONDS_PER) * 1000 };
}

/** The shifted instant; the day of the month is kept where the month has it, else the month's last. */
export function shiftBy(ms: number, shift: Shift): number {
  if (shift.months === 0) return ms + shift.ms;
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + shift.months);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, daysInMonth));
  return date.getTime() + shift.ms;
}
