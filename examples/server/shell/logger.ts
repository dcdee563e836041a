/** Where the server tells what it does: who came and went, and which rule was broken. Never a token, never a text. */

export interface Logger {
  readonly notice: (event: string, facts: LogFacts) => void;
  readonly warning: (event: string, facts: LogFacts) => void;
  readonly failure: (event: string, facts: LogFacts) => void;
}

export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

export const silentLogger: Logger = { notice() {}, warning() {}, failure() {} };
