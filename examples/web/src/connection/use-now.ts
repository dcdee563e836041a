import { useEffect, useState } from 'react';

const TICK_MS = 250;

/** The time, kept fresh while something counts down. */
export function useNow(isTicking: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    setNowMs(Date.now());
    const ticking = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(ticking);
  }, [isTicking]);
  return nowMs;
}
