import { useEffect, useState } from 'react';

/** The time, anew every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

const MINUTE_MS = 60_000;

/** The time to reckon days with: moves once a minute, so that addresses of calls stay what they are. */
export const useMinute = (): number => Math.floor(useNow(10_000) / MINUTE_MS) * MINUTE_MS;
