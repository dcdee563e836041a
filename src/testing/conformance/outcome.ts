/** The ways in which a check ends early. None of them leaves the kit but `ConformanceSetupError`. */

/** The server was seen to break the clause. */
export class ClauseBroken extends Error {
  override readonly name = 'ClauseBroken';
}

/** Nothing can be said about the clause, because something else is in the way. */
export class ClauseBlocked extends Error {
  override readonly name = 'ClauseBlocked';
}

/** The kit could not begin: no connection, no hello, or a server that does not announce `chatsocket.v1`. */
export class ConformanceSetupError extends Error {
  override readonly name = 'ConformanceSetupError';
}

/** Ends the check with the verdict that the clause is broken, unless `isKept`. */
export function expectKept(isKept: boolean, evidence: string): asserts isKept {
  if (!isKept) throw new ClauseBroken(evidence);
}

/** Ends the check without a verdict, unless `isClear`. */
export function expectClear(isClear: boolean, evidence: string): asserts isClear {
  if (!isClear) throw new ClauseBlocked(evidence);
}
