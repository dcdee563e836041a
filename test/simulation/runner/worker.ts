/** Runs seeds and plans in a thread of its own; each request is answered by one result. */

import { parentPort } from 'node:worker_threads';
import { drawPlan } from '../plan/draw-plan.js';
import type { Plan } from '../plan/plan.js';
import { type RunResult, runPlan } from './run-plan.js';

export interface WorkerRequest {
  readonly number: number;
  readonly work: { readonly seed: number } | { readonly plan: Plan };
}

export interface WorkerAnswer {
  readonly number: number;
  readonly result: RunResult;
  readonly wallMs: number;
}

// Nobody reads the stacks of errors that clients tell of, and there are many.
Error.stackTraceLimit = 0;

parentPort?.on('message', async ({ number, work }: WorkerRequest) => {
  const startedAtMs = performance.now();
  const result = await runPlan('plan' in work ? work.plan : drawPlan(work.seed));
  const answer: WorkerAnswer = { number, result, wallMs: performance.now() - startedAtMs };
  parentPort?.postMessage(answer);
});
