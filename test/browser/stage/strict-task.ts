/** What the strict page is asked for in its address, and what it tells the page around it. */

export interface StrictTask {
  readonly url: string;
  readonly token: string;
  /** Said in the lobby once the connection is open. */
  readonly says: string;
  /** Breaks the policy on purpose, which shows that breaches are seen. Default false. */
  readonly breaksPolicy?: boolean;
}

export interface StrictOutcome {
  readonly outcome: 'answered' | 'refused' | 'broken';
  readonly origin: string;
  /** The texts on the page. */
  readonly shown: readonly string[];
  /** The directives that were broken. */
  readonly violations: readonly string[];
  /** What nobody caught. */
  readonly exceptions: readonly string[];
}
