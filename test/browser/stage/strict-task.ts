/** What the strict page is asked for in its address, and what it tells the page around it. */

export interface StrictTask {
  readonly url: string;
  /** One for each of its connections; more dials show the last again. */
  readonly tokens: readonly [first: string, second: string];
  /** Said in the lobby: on the first connection, where the assistant answers it, and on the second. */
  readonly says: readonly [first: string, second: string];
  /** Breaks the policy on purpose, which shows that breaches are seen. Default false. */
  readonly breaksPolicy?: boolean;
}

export interface StrictOutcome {
  readonly outcome: 'answered' | 'refused' | 'broken';
  readonly origin: string;
  /** The texts on the page before it logged out. */
  readonly shown: readonly string[];
  /** How many texts are on the page after that. */
  readonly kept: number;
  /** The directives that were broken. */
  readonly violations: readonly string[];
  /** What nobody caught. */
  readonly exceptions: readonly string[];
}
