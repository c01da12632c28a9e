/** Whether something is younger than so many milliseconds. By a wall clock that was set back nothing gets young again. */
export function isYoung(now: number, since: number, thanMs: number): boolean {
  return now >= since && now - since < thanMs;
}
