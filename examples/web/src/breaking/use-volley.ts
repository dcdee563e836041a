import { useCallback } from 'react';
import { useSay } from '../session/use-say.js';

/** Writes numbered messages, one after the other, so that a missing or doubled one is seen at a glance. */
export function useVolley(roomId: string, count: number): () => void {
  const say = useSay(roomId);
  return useCallback(() => {
    for (let turn = 1; turn <= count; turn += 1) say(`${turn} of ${count}`);
  }, [say, count]);
}
