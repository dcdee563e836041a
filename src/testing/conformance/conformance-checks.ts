import type { CheckPlan } from './check-plan.js';
import { CheckRun } from './check-run.js';
import { dedupWindowChecks } from './checks/dedup-window.js';
import { durabilityChecks } from './checks/durability.js';
import { headChecks } from './checks/heads.js';
import { logNumberChecks } from './checks/log-numbers.js';
import { producerOrderChecks } from './checks/producer-order.js';
import { rangeChecks } from './checks/ranges.js';
import { recognitionChecks } from './checks/recognition.js';
import { resumeChecks } from './checks/resume.js';
import type { ConformanceClause } from './clauses.js';
import type { ConformanceHookName, ConformanceOptions } from './conformance-options.js';
import type { ConformanceFinding, ConformanceVerdict } from './conformance-report.js';
import { driveClock } from './drive-clock.js';
import { ClauseBlocked, ClauseBroken, ConformanceSetupError } from './outcome.js';
import { type Settings, settingsOf } from './settings.js';

/** One thing to look at, for runners that make a test of each. */
export interface ConformanceCheck {
  readonly clause: ConformanceClause;
  /** What a server that keeps the clause does, in the present tense. */
  readonly title: string;
  /** Without these hooks the finding is `not checked`. */
  readonly needs: readonly ConformanceHookName[];
  /**
   * Looks, ends every connection that it opened, and resolves with what it saw. Rejects with a `ConformanceSetupError`
   * where it could not look: an option cannot be used, the server cannot be reached, or a hook failed.
   */
  run(options: ConformanceOptions): Promise<ConformanceFinding>;
}

const plans: readonly CheckPlan[] = [
  ...recognitionChecks,
  ...durabilityChecks,
  ...dedupWindowChecks,
  ...producerOrderChecks,
  ...logNumberChecks,
  ...headChecks,
  ...resumeChecks,
  ...rangeChecks,
];

/**
 * Every check of the kit, in the order of the report.
 *
 * @example
 * for (const check of conformanceChecks) {
 *   test(`${check.clause} ${check.title}`, async () => {
 *     const finding = await check.run(options);
 *     expect(finding.verdict, finding.evidence).not.toBe('broken');
 *   });
 * }
 */
export const conformanceChecks: readonly ConformanceCheck[] = plans.map((plan) => ({
  clause: plan.clause,
  title: plan.title,
  needs: plan.needs,
  async run(options) {
    const settings = settingsOf(options);
    return driveClock(settings.clock, performCheck(plan, settings));
  },
}));

async function performCheck(plan: CheckPlan, settings: Settings): Promise<ConformanceFinding> {
  const found = (verdict: ConformanceVerdict, evidence: string): ConformanceFinding => {
    return { clause: plan.clause, title: plan.title, verdict, evidence };
  };
  const missing = plan.needs.filter((name) => settings.hooks[name] === undefined);
  if (missing.length > 0) {
    return found('not checked', `Give ${missing.map((name) => `\`hooks.${name}\``).join(' and ')} to have it checked.`);
  }
  try {
    return found('kept', await new CheckRun(settings).perform(plan.perform));
  } catch (error) {
    if (error instanceof ClauseBroken) return found('broken', error.message);
    if (error instanceof ClauseBlocked) return found('not checked', error.message);
    if (!(error instanceof ConformanceSetupError)) throw error;
    throw new ConformanceSetupError(`${plan.clause} "${plan.title}": ${error.message}`, { cause: error.cause });
  }
}
