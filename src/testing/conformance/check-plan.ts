import type { CheckRun } from './check-run.js';
import type { ConformanceClause } from './clauses.js';
import type { ConformanceHookName } from './conformance-options.js';

/** One thing that a clause promises, and how to see whether it is so. */
export interface CheckPlan {
  readonly clause: ConformanceClause;
  /** A sentence in the present tense about a server that keeps the clause. */
  readonly title: string;
  readonly needs: readonly ConformanceHookName[];
  /** Resolves with what was seen where the clause is kept; throws by `expectKept` and `expectClear` where not. */
  readonly perform: (run: CheckRun) => Promise<string>;
}
