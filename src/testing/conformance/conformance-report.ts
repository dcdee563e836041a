import { type ConformanceClause, clauseTitles, conformanceClauses } from './clauses.js';

/** `not checked` says nothing about the server: something is missing that would tell. */
export type ConformanceVerdict = 'kept' | 'broken' | 'not checked';

/** What one check saw. */
export interface ConformanceFinding {
  readonly clause: ConformanceClause;
  readonly title: string;
  readonly verdict: ConformanceVerdict;
  /** What was seen, or how to enable the check. */
  readonly evidence: string;
}

/** What all checks of one clause saw together. */
export interface ConformanceClauseReport {
  readonly clause: ConformanceClause;
  readonly title: string;
  /** `broken` if any check saw it broken; `kept` only if every check was made and none did. */
  readonly verdict: ConformanceVerdict;
  readonly evidence: string;
}

export interface ConformanceReport {
  readonly clauses: readonly ConformanceClauseReport[];
  /** The same, check by check. */
  readonly findings: readonly ConformanceFinding[];
  /** Those of `clauses` that are broken. */
  readonly broken: readonly ConformanceClauseReport[];
  /** Those of `clauses` that are neither kept nor known to be broken. */
  readonly notChecked: readonly ConformanceClauseReport[];
  /** All of it as text, for a console or the message of a failing test. */
  readonly summary: string;
}

export function reportOn(findings: readonly ConformanceFinding[]): ConformanceReport {
  const clauses = conformanceClauses
    .filter((clause) => findings.some((finding) => finding.clause === clause))
    .map((clause) => clauseReport(clause, findings));
  return {
    clauses,
    findings,
    broken: clauses.filter(({ verdict }) => verdict === 'broken'),
    notChecked: clauses.filter(({ verdict }) => verdict === 'not checked'),
    summary: summaryOf(clauses),
  };
}

function clauseReport(clause: ConformanceClause, findings: readonly ConformanceFinding[]): ConformanceClauseReport {
  const own = findings.filter((finding) => finding.clause === clause);
  const verdict = worstOf(own);
  // What was kept besides is no evidence for a worse verdict.
  const evidence = own.filter((finding) => finding.verdict === verdict).map((finding) => finding.evidence);
  return { clause, title: clauseTitles[clause], verdict, evidence: [...new Set(evidence)].join(' ') };
}

function worstOf(findings: readonly ConformanceFinding[]): ConformanceVerdict {
  for (const verdict of ['broken', 'not checked'] as const) {
    if (findings.some((finding) => finding.verdict === verdict)) return verdict;
  }
  return 'kept';
}

function summaryOf(clauses: readonly ConformanceClauseReport[]): string {
  return clauses
    .map(({ clause, title, verdict, evidence }) => {
      return `${verdict.toUpperCase().padEnd(12)}${clause}  ${title}\n${' '.repeat(18)}${evidence}`;
    })
    .join('\n');
}
