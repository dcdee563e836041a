/** What leads to a mistake more often than chance does: added to the plan of each seed on which it is looked for. */

import type { Plan, Step } from '../plan/plan.js';

const EVERY_MS = 150_000;
const BACK_AFTER_MS = 60_000;

/** One tab speaks and is not heard; meanwhile its user logs out in another tab of the browser, which stores nothing. */
export function logOutBeside(plan: Plan): Plan {
  const devices = plan.setup.devices.map((device, index) =>
    index < 2 ? { ...device, userId: 'user-1', tabsOf: 0, browser: null } : device,
  );
  const withSteps = addSteps(plan, (atMs) => [
    { atMs, kind: 'half-open-up', who: 1, amount: 0 },
    { atMs: atMs + 500, kind: 'send', who: 1, amount: 20 },
    { atMs: atMs + 2_000, kind: 'logout', who: 0, amount: 0 },
    { atMs: atMs + BACK_AFTER_MS, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + BACK_AFTER_MS, kind: 'connect', who: 1, amount: 0 },
  ]);
  return { ...withSteps, setup: { ...plan.setup, devices } };
}

/** Short words and long ones wait for the same connection, whose server takes batches. */
export function speakShortAndLong(plan: Plan): Plan {
  const { server } = plan.setup;
  const withSteps = addSteps(plan, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + 5_000, kind: 'link-down', who: 0, amount: 2_000 },
    { atMs: atMs + 5_500, kind: 'send', who: 0, amount: 20 },
    { atMs: atMs + 5_600, kind: 'send-long', who: 0, amount: 4_990 },
  ]);
  const limits = { ...server.limits, batchMax: 64 };
  return { ...withSteps, setup: { ...plan.setup, server: { ...server, limits } } };
}

function addSteps(plan: Plan, stepsAt: (atMs: number) => readonly Step[]): Plan {
  const steps = [...plan.steps];
  for (let atMs = EVERY_MS; atMs + BACK_AFTER_MS < plan.safetyMs; atMs += EVERY_MS) steps.push(...stepsAt(atMs));
  return { ...plan, steps: steps.sort((one, other) => one.atMs - other.atMs) };
}
