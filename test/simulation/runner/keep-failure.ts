/** Tells of a failure all that is needed to see it again, and keeps it. */

import { writeFile } from 'node:fs/promises';
import type { Plan } from '../plan/plan.js';
import { REGRESSIONS, type Regression } from './regressions.js';
import { type RunResult, runPlan } from './run-plan.js';
import { shrink } from './shrink.js';

export async function keepFailure(plan: Plan, failure: RunResult, say: (text: string) => void): Promise<void> {
  const [violation] = failure.violations;
  if (violation === undefined) return;
  say(`\nseed ${plan.seed} broke ${violation.id}: ${violation.what}`);
  const small = await shrink(plan, { id: violation.id });
  const again = await runPlan(small);
  const what = again.violations[0]?.what ?? violation.what;
  const regression: Regression = { broke: violation.id, because: what, plan: small };
  const family = plan.setup.family === undefined ? '' : `${plan.setup.family.name}-`;
  const path = `${REGRESSIONS}${family}${violation.id.toLowerCase()}-seed-${plan.seed}.json`;
  await writeFile(path, `${JSON.stringify(regression, null, 2)}\n`);
  say(`shrunk from ${plan.steps.length} steps to ${small.steps.length}: ${what}`);
  say(`schedule ${JSON.stringify(small.steps)}`);
  say(`the last lines:\n${again.tail.join('\n')}`);
  say(`kept as ${path}; see it again with: npm run simulate -- --replay ${path} --trace`);
}
