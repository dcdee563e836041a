import { useCallback, useState } from 'react';

/** How the last attempt to break or heal something went. */
export interface Outcome {
  readonly tone: 'plain' | 'bad';
  readonly text: string;
}

/** Runs what was asked for, and tells how it went. */
export function useOutcome() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const attempt = useCallback(async (name: string, work: () => Promise<void>) => {
    setOutcome({ tone: 'plain', text: `${name}…` });
    try {
      await work();
      setOutcome({ tone: 'plain', text: `${name}: done.` });
    } catch (error) {
      setOutcome({ tone: 'bad', text: error instanceof Error ? error.message : String(error) });
    }
  }, []);
  return { outcome, attempt };
}
