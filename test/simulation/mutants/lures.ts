/** What leads to a mistake more often than chance does: added to the plan of each seed on which it is looked for. */

import type { DeviceSetup } from '../device/device.js';
import type { Plan, Step } from '../plan/plan.js';

const EVERY_MS = 150_000;
const BACK_AFTER_MS = 60_000;
/** By then whoever was told to connect has. */
const WELL_MS = 10_000;
const WORDS_WHILE_JOINING = 30;
const PAUSE_WHILE_JOINING_MS = 40;

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

/** A user who has an answer logs out, and comes back in the same page. */
export function comeBackAfterLogout(plan: Plan): Plan {
  return addSteps(plan, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS, kind: 'send', who: 0, amount: 20 },
    { atMs: atMs + 3 * WELL_MS, kind: 'logout', who: 0, amount: 0 },
    { atMs: atMs + 4 * WELL_MS, kind: 'connect', who: 0, amount: 0 },
  ]);
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

/**
 * A tab dies before it hears that the server has its words. The server forgets their name and others speak on, so the
 * next life of the tab finds its words nowhere and says them again: the log has them twice, and others see both.
 */
export function storeTwice(plan: Plan): Plan {
  const ofItsOwn = plan.setup.devices.length;
  const lured = changeFirst(inOneRoom(plan), (device) => ({
    ...device,
    tabsOf: ofItsOwn,
    browser: ofItsOwn,
    options: { ...device.options, inbox: { ...device.options.inbox, historyMax: 3 } },
  }));
  return addSteps(lured, (atMs) => [
    ...connectBoth(atMs),
    { atMs: atMs + WELL_MS, kind: 'half-open-down', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS + 100, kind: 'send', who: 0, amount: 20 },
    { atMs: atMs + WELL_MS + 2_000, kind: 'burst', who: 1, amount: 8 },
    { atMs: atMs + WELL_MS + 5_000, kind: 'crash-dedup-lost', who: 0, amount: 2_000 },
    { atMs: atMs + WELL_MS + 5_100, kind: 'crash', who: 0, amount: 0 },
  ]);
}

/** What a user has read is told to a connection that breaks, and the server keeps enough to know it in the end. */
export function readUnheard(plan: Plan): Plan {
  const { devices, server } = inOneRoom(plan).setup;
  const limits = { ...server.limits, retainedMax: 2_000, retentionMax: 1_000_000 };
  return addSteps({ ...plan, setup: { devices, server: { ...server, limits } } }, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS, kind: 'server-posts', who: 0, amount: 3 },
    { atMs: atMs + WELL_MS + 5_000, kind: 'half-open-up', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS + 5_100, kind: 'read', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS + 7_000, kind: 'reset', who: 0, amount: 0 },
  ]);
}

/** The first of several messages are refused, or get no word at all; those behind them are not. */
export function refuseTheFirst(plan: Plan): Plan {
  return addSteps(plan, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    ...Array.from({ length: 4 }, () => ({ atMs: atMs + WELL_MS, kind: 'refuse-send', who: 0, amount: 1 })),
    { atMs: atMs + WELL_MS + 100, kind: 'burst', who: 0, amount: 8 },
  ]);
}

/** The last that is said gets no word, now and then, and the connection on which it was said lives on. */
export function swallowTheLast(plan: Plan): Plan {
  const atMs = plan.safetyMs - WELL_MS;
  return insertSteps(plan, [
    { atMs: atMs - WELL_MS, kind: 'connect', who: 0, amount: 0 },
    ...Array.from({ length: 4 }, () => ({ atMs, kind: 'refuse-send', who: 0, amount: 1 })),
    { atMs: atMs + 100, kind: 'burst', who: 0, amount: 4 },
  ]);
}

/** Long words go into a socket that takes them and sends none. */
export function pasteIntoStall(plan: Plan): Plan {
  const lured = changeOutbox(plan, { messagesMax: 200, inFlightMax: 32 });
  return addSteps(lured, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS, kind: 'stall-up', who: 0, amount: 20_000 },
    { atMs: atMs + WELL_MS + 100, kind: 'paste', who: 0, amount: 30 },
  ]);
}

/** The socket in use brings more while its successor joins, far from the server. */
export function speakWhileJoining(plan: Plan): Plan {
  const lured = changeFirst(inOneRoom(plan), (device) => ({ ...device, link: { latencyMs: 150, jitterMs: 80 } }));
  return addSteps(lured, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS, kind: 'reconnect', who: 0, amount: 0 },
    ...Array.from({ length: WORDS_WHILE_JOINING }, (_, count) => ({
      atMs: atMs + WELL_MS + count * PAUSE_WHILE_JOINING_MS,
      kind: 'server-posts',
      who: 0,
      amount: 1,
    })),
  ]);
}

/** The socket in use owes an answer that never comes when another takes over, and the client is patient. */
export function takeOverFromMute(plan: Plan): Plan {
  return addSteps(changeOutbox(plan, { ackTimeoutMs: BACK_AFTER_MS }), (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS, kind: 'half-open', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS + 100, kind: 'send', who: 0, amount: 20 },
    { atMs: atMs + WELL_MS + 200, kind: 'reconnect', who: 0, amount: 0 },
  ]);
}

/** A socket is late with its word on one question and never gets the next, when another one reads the history. */
export function askBeforeHistory(plan: Plan): Plan {
  return addSteps(plan, (atMs) => [
    { atMs, kind: 'connect', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS, kind: 'stall-down', who: 0, amount: 2_500 },
    { atMs: atMs + WELL_MS + 100, kind: 'send', who: 0, amount: 20 },
    { atMs: atMs + WELL_MS + 400, kind: 'half-open-up', who: 0, amount: 0 },
    { atMs: atMs + WELL_MS + 450, kind: 'send', who: 0, amount: 20 },
    { atMs: atMs + WELL_MS + 500, kind: 'reconnect', who: 0, amount: 0 },
  ]);
}

/** Everybody hears everything that is said. */
function inOneRoom(plan: Plan): Plan {
  const { server } = plan.setup;
  const rooms = server.rooms.slice(0, 1);
  const devices = plan.setup.devices.map((device) => ({ ...device, conversationIds: rooms.map(({ id }) => id) }));
  return { ...plan, setup: { devices, server: { ...server, rooms } } };
}

function changeFirst(plan: Plan, change: (device: DeviceSetup) => DeviceSetup): Plan {
  const devices = plan.setup.devices.map((device, index) => (index === 0 ? change(device) : device));
  return { ...plan, setup: { ...plan.setup, devices } };
}

function changeOutbox(plan: Plan, outbox: DeviceSetup['options']['outbox']): Plan {
  return changeFirst(plan, (device) => {
    const { options } = device;
    return { ...device, options: { ...options, outbox: { ...options.outbox, ...outbox } } };
  });
}

function connectBoth(atMs: number): readonly Step[] {
  return [0, 1].map((who) => ({ atMs, kind: 'connect', who, amount: 0 }));
}

function addSteps(plan: Plan, stepsAt: (atMs: number) => readonly Step[]): Plan {
  const steps: Step[] = [];
  for (let atMs = EVERY_MS; atMs + BACK_AFTER_MS < plan.safetyMs; atMs += EVERY_MS) steps.push(...stepsAt(atMs));
  return insertSteps(plan, steps);
}

function insertSteps(plan: Plan, more: readonly Step[]): Plan {
  return { ...plan, steps: [...plan.steps, ...more].sort((one, other) => one.atMs - other.atMs) };
}
